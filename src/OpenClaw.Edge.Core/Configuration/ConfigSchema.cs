using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>Writes what is known about the configuration's keys as JSON Schema (draft-07). Unknown keys are not forbidden:
/// the loader warns about them and goes on.</summary>
public static class ConfigSchema
{
    /// <summary>Writes the schema of everything.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("$schema"u8, "http://json-schema.org/draft-07/schema#"u8);
        json.WriteString("title"u8, "OpenClaw.Edge configuration"u8);
        WriteMembers(json, ConfigKeys.Tree);
        json.WriteEndObject();
    }

    /// <summary>Writes hints for people by path: label, help, whether it is a secret.</summary>
    public static void WriteHints(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        foreach (ConfigKey key in ConfigKeys.All)
        {
            json.WriteStartObject(key.Path);
            json.WriteString("label"u8, key.Path[(key.Path.LastIndexOf('.') + 1)..]);
            if (Help(key) is { Length: > 0 } help)
            {
                json.WriteString("help"u8, help);
            }

            if (SecretPaths.IsSecret(key.Path))
            {
                json.WriteBoolean("sensitive"u8, true);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, ConfigKeyTree node)
    {
        json.WriteStartObject();
        if (node.Item is { } item)
        {
            json.WriteString("type"u8, "array"u8);
            json.WritePropertyName("items"u8);
            WriteNode(json, item);
        }
        else if (node.Names.Count > 0 || node.AnyMember is not null)
        {
            WriteMembers(json, node);
        }
        else if (node.Key is { } key)
        {
            WriteValue(json, key);
        }

        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, ConfigKeyTree node)
    {
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        foreach (string name in node.Names)
        {
            json.WritePropertyName(name);
            WriteNode(json, node.Below(name)!);
        }

        json.WriteEndObject();
        if (node.AnyMember is { } any)
        {
            json.WritePropertyName("additionalProperties"u8);
            WriteNode(json, any);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, ConfigKey key)
    {
        switch (key.Kind)
        {
            case ConfigKeyKind.Flag:
                json.WriteString("type"u8, "boolean"u8);
                break;
            case ConfigKeyKind.Whole or ConfigKeyKind.Real:
                json.WriteString("type"u8, key.Kind == ConfigKeyKind.Whole ? "integer"u8 : "number"u8);
                json.WriteNumber("minimum"u8, key.Min);
                json.WriteNumber("maximum"u8, key.Max);
                break;
            case ConfigKeyKind.Choice:
                json.WriteString("type"u8, "string"u8);
                json.WriteStartArray("enum"u8);
                foreach (string word in key.Words)
                {
                    json.WriteStringValue(word);
                }

                json.WriteEndArray();
                break;
            case ConfigKeyKind.Text or ConfigKeyKind.Span:
                json.WriteString("type"u8, "string"u8);
                break;
            case ConfigKeyKind.Texts:
                json.WriteString("type"u8, "array"u8);
                json.WriteStartObject("items"u8);
                json.WriteString("type"u8, "string"u8);
                json.WriteEndObject();
                break;
            case ConfigKeyKind.TextMap:
                json.WriteString("type"u8, "object"u8);
                json.WriteStartObject("additionalProperties"u8);
                json.WriteString("type"u8, "string"u8);
                json.WriteEndObject();
                break;
            case ConfigKeyKind.Section:
                json.WriteString("type"u8, "object"u8);
                break;
        }

        if (Help(key) is { Length: > 0 } help)
        {
            json.WriteString("description"u8, help);
        }
    }

    private static string Help(ConfigKey key)
    {
        string note = key.Kind switch
        {
            ConfigKeyKind.Ignored => $"Has no effect here: {key.Note}.",
            ConfigKeyKind.Choice => "",
            _ => key.Note,
        };
        return key.Default.Length == 0 ? note : $"Default: {key.Default}. {note}".TrimEnd();
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Configuration;

/// <summary>Writes what is known about the configuration's keys as JSON Schema (draft-07). Unknown keys are not forbidden:
/// the loader warns about them and goes on.</summary>
public static class ConfigSchema
{
    private static readonly string[] s_sections = [.. ConfigKeys.Tree.Names];

    /// <summary>Writes the schema of everything.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("$schema"u8, "http://json-schema.org/draft-07/schema#"u8);
        json.WriteString("title"u8, "OpenClaw.Edge configuration"u8);
        WriteMembers(json, ConfigKeys.Tree, "");
        json.WriteEndObject();
    }

    /// <summary>Whether a path names a known key or section; <c>*</c> and <c>[]</c> stand for any key and item.</summary>
    public static bool Knows(string path) => Find(path) is not null;

    /// <summary>The known path that was probably meant by an unknown one; null when none is near.</summary>
    public static string? Nearest(string path)
    {
        int dot = path.LastIndexOf('.');
        string parent = path[..Math.Max(0, dot)];
        ConfigKeyTree? section = dot < 0 ? ConfigKeys.Tree : Find(parent);
        return section is not null && Configuration.Nearest.Of(path[(dot + 1)..], section.Names) is { } name
            ? ConfigPath.Append(parent, name)
            : null;
    }

    /// <summary>Writes the schema of one path without its members, its hint, and a row for each member.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="path">A path that <see cref="Knows"/>.</param>
    public static void WriteLookup(Utf8JsonWriter json, string path)
    {
        ArgumentNullException.ThrowIfNull(json);
        ConfigKeyTree node = Find(path) ?? throw new ArgumentException($"{path} is no known key", nameof(path));
        json.WriteString("path"u8, path);
        json.WritePropertyName("schema"u8);
        if (HasMembers(node))
        {
            json.WriteStartObject();
            json.WriteString("title"u8, Title(path));
            json.WriteString("type"u8, "object"u8);
            json.WriteEndObject();
        }
        else
        {
            WriteNode(json, node, path);
        }

        json.WriteString("reloadKind"u8, ConfigReloadKinds.Of(path));
        WriteHint(json, path, node);
        json.WriteString("hintPath"u8, path);
        json.WriteStartArray("children"u8);
        foreach (string name in node.Names)
        {
            WriteChild(json, name, path.Length == 0 ? name : $"{path}.{name}", node.Below(name)!);
        }

        if (node.AnyMember is { } any)
        {
            WriteChild(json, "*", $"{path}.*", any);
        }

        json.WriteEndArray();
    }

    private static void WriteChild(Utf8JsonWriter json, string name, string path, ConfigKeyTree node)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, name);
        json.WriteString("path"u8, path);
        json.WriteString("type"u8, TypeOf(node));
        json.WriteBoolean("required"u8, false);
        json.WriteBoolean("hasChildren"u8, HasMembers(node));
        json.WriteString("reloadKind"u8, ConfigReloadKinds.Of(path));
        WriteHint(json, path, node);
        json.WriteEndObject();
    }

    private static void WriteHint(Utf8JsonWriter json, string path, ConfigKeyTree node)
    {
        json.WritePropertyName("hint"u8);
        WriteHint(json, path, node.Key);
    }

    private static void WriteHint(Utf8JsonWriter json, string path, ConfigKey? key)
    {
        json.WriteStartObject();
        json.WriteString("label"u8, Title(path));
        if (!path.Contains('.', StringComparison.Ordinal) && Array.IndexOf(s_sections, path) is >= 0 and var place)
        {
            json.WriteString("group"u8, Title(path));
            json.WriteNumber("order"u8, (place + 1) * 10);
        }

        if (key is not null && Help(key) is { Length: > 0 } help)
        {
            json.WriteString("help"u8, help);
        }

        json.WriteBoolean("advanced"u8, key is { Kind: ConfigKeyKind.Ignored });
        if (SecretPaths.IsSecret(path))
        {
            json.WriteBoolean("sensitive"u8, true);
        }

        json.WriteEndObject();
    }

    // "gateway.reload.mode" is "Reload Mode": the last two words that name something, as people write them.
    private static string Title(string path)
    {
        List<string> parts = [.. path.Replace("[]", "", StringComparison.Ordinal).Split('.')];
        parts.RemoveAll(static part => part.Length == 0 || part[0] is '*' or '[');
        StringBuilder title = new();
        foreach (string part in parts.Skip(parts.Count - 2))
        {
            for (int index = 0; index < part.Length; index++)
            {
                bool first = index == 0;
                if ((first && title.Length > 0) || (!first && char.IsUpper(part[index]) && !char.IsUpper(part[index - 1])))
                {
                    title.Append(' ');
                }

                title.Append(first ? char.ToUpperInvariant(part[index]) : part[index]);
            }
        }

        return title.ToString();
    }

    private static bool HasMembers(ConfigKeyTree node) => node.Names.Count > 0 || node.AnyMember is not null;

    private static string TypeOf(ConfigKeyTree node) =>
        node.Item is not null ? "array"
        : HasMembers(node) ? "object"
        : node.Key?.Kind switch
        {
            ConfigKeyKind.Flag => "boolean",
            ConfigKeyKind.Whole => "integer",
            ConfigKeyKind.Real => "number",
            ConfigKeyKind.Texts => "array",
            ConfigKeyKind.TextMap or ConfigKeyKind.Section => "object",
            ConfigKeyKind.Choice or ConfigKeyKind.Text or ConfigKeyKind.Span => "string",
            _ => "any",
        };

    private static ConfigKeyTree? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ConfigKeyTree? at = ConfigKeys.Tree;
        foreach (string part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = part.StartsWith('[') || (part == "*" && at?.Item is not null) ? at?.Item : at?.Below(part);
        }

        return at;
    }

    /// <summary>Writes hints for people by path: label, help, whether it is a secret.</summary>
    public static void WriteHints(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        foreach (string section in s_sections)
        {
            json.WritePropertyName(section);
            WriteHint(json, section, Find(section)?.Key);
        }

        foreach (ConfigKey key in ConfigKeys.All)
        {
            if (Array.IndexOf(s_sections, key.Path) < 0)
            {
                json.WritePropertyName(key.Path);
                WriteHint(json, key.Path, key);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, ConfigKeyTree node, string path)
    {
        json.WriteStartObject();
        if (!path.EndsWith(']') && !path.EndsWith('*'))
        {
            json.WriteString("title"u8, Title(path));
        }

        if (node.Item is { } item)
        {
            json.WriteString("type"u8, "array"u8);
            json.WritePropertyName("items"u8);
            WriteNode(json, item, path + "[]");
        }
        else if (node.Names.Count > 0 || node.AnyMember is not null)
        {
            WriteMembers(json, node, path);
        }
        else if (node.Key is { } key)
        {
            WriteValue(json, key);
        }

        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, ConfigKeyTree node, string path)
    {
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        foreach (string name in node.Names)
        {
            json.WritePropertyName(name);
            WriteNode(json, node.Below(name)!, path.Length == 0 ? name : $"{path}.{name}");
        }

        json.WriteEndObject();
        if (node.AnyMember is { } any)
        {
            json.WritePropertyName("additionalProperties"u8);
            WriteNode(json, any, $"{path}.*");
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
                json.WriteTexts("enum"u8, key.Words);
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

        WriteDefault(json, key);
        if (Help(key) is { Length: > 0 } help)
        {
            json.WriteString("description"u8, help);
        }
    }

    // Where the default is a value: many are found out, and the help says how.
    private static void WriteDefault(Utf8JsonWriter json, ConfigKey key)
    {
        if (key.Kind == ConfigKeyKind.Flag && bool.TryParse(key.Default, out bool flag))
        {
            json.WriteBoolean("default"u8, flag);
        }
        else if (key.Kind is ConfigKeyKind.Whole or ConfigKeyKind.Real
            && double.TryParse(key.Default, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            json.WriteNumber("default"u8, number);
        }
        else if (key.Kind == ConfigKeyKind.Choice && Array.IndexOf(key.Words, key.Default) >= 0)
        {
            json.WriteString("default"u8, key.Default);
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

using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>The configuration without anything that a person wrote: switches, numbers and words of a choice stay, every text becomes its
/// length, and keys that somebody chose (agents, headers, variables) become numbers.</summary>
public static class ConfigShape
{
    // Providers are named for what they are, and a report without that says little.
    private static readonly string[] s_products = ["ollama", "lmstudio", "vllm", "openai", "anthropic", "openrouter", "llamacpp", "localai", "main", "default"];

    /// <summary>Writes one JSON value.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="config">Resolved configuration, as in <see cref="ConfigSnapshot.Json"/>.</param>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> config)
    {
        ArgumentNullException.ThrowIfNull(json);
        var reader = new Utf8JsonReader(config);
        Write(json, JsonElement.ParseValue(ref reader), ConfigKeys.Tree);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, ConfigKeyTree? node)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                int number = 0;
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    number++;
                    bool known = node?.Names.Contains(member.Name) == true || Array.IndexOf(s_products, member.Name) >= 0;
                    json.WritePropertyName(known ? member.Name : $"key{number}");
                    Write(json, member.Value, node?.Below(member.Name));
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(json, item, node?.Item);
                }

                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, value, node?.Key);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, JsonElement value, ConfigKey? key)
    {
        bool stays = (value.ValueKind, key?.Kind) switch
        {
            (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null, _) => true,
            (JsonValueKind.Number, ConfigKeyKind.Whole or ConfigKeyKind.Real or ConfigKeyKind.Span) => true,
            (JsonValueKind.String, ConfigKeyKind.Choice) => key!.Words.Contains(value.GetString()),
            (JsonValueKind.String, ConfigKeyKind.Span) => ConfigValues.TryParseSpan(value.GetString()!, out _),
            _ => false,
        };
        if (stays)
        {
            value.WriteTo(json);
        }
        else if (value.ValueKind == JsonValueKind.String)
        {
            json.WriteStringValue($"text of {value.GetString()!.Length}");
        }
        else
        {
            json.WriteStringValue("number"); // digits can be a secret too
        }
    }
}

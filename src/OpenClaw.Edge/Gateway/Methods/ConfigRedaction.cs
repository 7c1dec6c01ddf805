using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Blacks out the secrets of a configuration, by the names of their members.</summary>
internal sealed class ConfigRedaction
{
    /// <summary>What stands in a secret's place; written back unchanged it means "as it was".</summary>
    public const string Placeholder = "__OPENCLAW_REDACTED__";

    private static readonly string[] SecretNames =
        ["token", "password", "passphrase", "apikey", "secret", "authorization", "privatekey", "credential"];

    private readonly JsonElement _root;
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>Finds the secrets of a configuration.</summary>
    public ConfigRedaction(JsonElement root)
    {
        _root = root;
        Collect(root, secret: false);
    }

    /// <summary>The configuration without its secrets.</summary>
    public byte[] Json() => FrameWriter.Value(json => Write(json, _root, secret: false));

    /// <summary>The file's text without its secrets; null when it may hold one in an escaped form.</summary>
    public string? Apply(string raw)
    {
        if (_secrets.Count > 0 && raw.Contains('\\', StringComparison.Ordinal))
        {
            return null;
        }

        foreach (string secret in _secrets.OrderByDescending(secret => secret.Length))
        {
            raw = raw.Replace(secret, Placeholder, StringComparison.Ordinal);
        }

        return raw;
    }

    private void Collect(JsonElement value, bool secret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Collect(property.Value, secret || IsSecret(property.Name));
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Collect(item, secret);
                }

                break;
            case JsonValueKind.String when secret && value.GetString() is { Length: > 0 } text && !IsReference(text):
                _secrets.Add(text);
                break;
            default:
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, bool secret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, secret || IsSecret(property.Name));
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(json, item, secret);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String when secret && value.GetString() is { Length: > 0 } text && !IsReference(text):
                json.WriteStringValue(Placeholder);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    // ${NAME} tells where a secret is, not what it is.
    private static bool IsReference(string text) =>
        text.StartsWith("${", StringComparison.Ordinal) && text.EndsWith('}') && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;

    private static bool IsSecret(string name)
    {
        string plain = name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return SecretNames.Any(secret => plain.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }
}

using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Blacks secrets out of the configuration file's own text, where comments and order are to be kept.</summary>
internal static class RawConfigText
{
    // guess: what is shorter ("ollama", "none", "1") is a word that keys and values have as well
    private const int SurelySecret = 16;

    /// <summary>The text without its secrets; null when it cannot be parsed. A copy of a long one elsewhere, in a comment for instance, goes too.</summary>
    /// <param name="raw">The file's text.</param>
    /// <param name="plain">The configuration as JSON.</param>
    /// <param name="redacted">The same with markers in the place of secrets.</param>
    public static string? Redact(string raw, JsonElement plain, JsonElement redacted)
    {
        if (ConfigRedaction.RedactText(Encoding.UTF8.GetBytes(raw)) is not { } text)
        {
            return null;
        }

        var secrets = new HashSet<string>(StringComparer.Ordinal);
        Collect(plain, redacted, secrets);
        raw = Encoding.UTF8.GetString(text);
        foreach (string secret in secrets.OrderByDescending(secret => secret.Length).TakeWhile(secret => secret.Length >= SurelySecret))
        {
            raw = raw.Replace(secret, ConfigRedaction.Marker, StringComparison.Ordinal);
        }

        return raw;
    }

    // A secret is what the other tree has a marker for.
    private static void Collect(JsonElement plain, JsonElement redacted, HashSet<string> secrets)
    {
        if (redacted.ValueKind == JsonValueKind.String && redacted.ValueEquals(ConfigRedaction.Marker))
        {
            AddAll(plain, secrets);
        }
        else if (plain.ValueKind == JsonValueKind.Object && redacted.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in plain.EnumerateObject())
            {
                if (redacted.TryGetProperty(property.Name, out JsonElement other))
                {
                    Collect(property.Value, other, secrets);
                }
            }
        }
        else if (plain.ValueKind == JsonValueKind.Array && redacted.ValueKind == JsonValueKind.Array)
        {
            foreach ((JsonElement item, JsonElement other) in plain.EnumerateArray().Zip(redacted.EnumerateArray()))
            {
                Collect(item, other, secrets);
            }
        }
    }

    private static void AddAll(JsonElement value, HashSet<string> secrets)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
        {
            secrets.Add(text);
        }
    }
}

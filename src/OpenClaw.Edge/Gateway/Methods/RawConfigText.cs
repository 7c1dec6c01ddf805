using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Blacks secrets out of the configuration file's own text, where comments and order are to be kept.</summary>
internal static class RawConfigText
{
    /// <summary>The text without its secrets; null when it may hold one in an escaped form.</summary>
    /// <param name="raw">The file's text.</param>
    /// <param name="plain">The configuration as JSON.</param>
    /// <param name="redacted">The same with markers in the place of secrets.</param>
    public static string? Redact(string raw, JsonElement plain, JsonElement redacted)
    {
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        Collect(plain, redacted, secrets);
        if (secrets.Count > 0 && raw.Contains('\\', StringComparison.Ordinal))
        {
            return null;
        }

        foreach (string secret in secrets.OrderByDescending(secret => secret.Length))
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

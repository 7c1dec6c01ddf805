using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>One line of an allowlist in <c>exec-approvals.json</c>.</summary>
public sealed record AllowEntry
{
    /// <summary>Glob of the program's resolved path, or its bare name.</summary>
    public required string Pattern { get; init; }

    /// <summary>What the arguments must be; null means any. Forms that are not understood match nothing.</summary>
    public string? ArgPattern { get; init; }

    /// <summary>Opaque id.</summary>
    public string? Id { get; init; }

    /// <summary><c>allow-always</c> when an approval made it.</summary>
    public string? Source { get; init; }

    /// <summary>Epoch milliseconds of the last use.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>Path that the program had then.</summary>
    public string? LastResolvedPath { get; init; }

    internal static AllowEntry? Read(JsonElement item)
    {
        string pattern = ToolJson.Text(item, "pattern").Trim();
        return pattern.Length == 0 ? null : new AllowEntry
        {
            Pattern = pattern,
            ArgPattern = Optional(item, "argPattern"),
            Id = Optional(item, "id"),
            Source = Optional(item, "source"),
            LastUsedAt = item.TryGetProperty("lastUsedAt", out JsonElement used) && used.ValueKind == JsonValueKind.Number ? (long)used.GetDouble() : null,
            LastResolvedPath = Optional(item, "lastResolvedPath"),
        };
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Put("id", Id);
        json.WriteString("pattern"u8, Pattern);
        Put("argPattern", ArgPattern);
        Put("source", Source);
        if (LastUsedAt is { } used)
        {
            json.WriteNumber("lastUsedAt"u8, used);
        }

        Put("lastResolvedPath", LastResolvedPath);
        json.WriteEndObject();

        void Put(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }
    }

    private static string? Optional(JsonElement item, string name) => ToolJson.Text(item, name) is { Length: > 0 } text ? text : null;
}

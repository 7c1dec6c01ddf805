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

    /// <summary>Content of the program when it was allowed; null where this user cannot change it.</summary>
    public string? ProgramSha256 { get; init; }

    /// <summary>Script that the program was allowed to run.</summary>
    public string? ScriptPath { get; init; }

    /// <summary>Content of that script.</summary>
    public string? ScriptSha256 { get; init; }

    /// <summary>What stands for the variables that the call added; null when it added none.</summary>
    public string? EnvSha256 { get; init; }

    /// <summary>Whether an approval made it, so that it holds for nothing but what was approved.</summary>
    public bool IsGenerated => Source is not null;

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
            ProgramSha256 = Optional(item, "programSha256"),
            ScriptPath = Optional(item, "scriptPath"),
            ScriptSha256 = Optional(item, "scriptSha256"),
            EnvSha256 = Optional(item, "envSha256"),
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
        Put("programSha256", ProgramSha256);
        Put("scriptPath", ScriptPath);
        Put("scriptSha256", ScriptSha256);
        Put("envSha256", EnvSha256);
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

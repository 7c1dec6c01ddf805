using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>diagnostics.stability</c> and <c>hooks.status</c>.</summary>
internal sealed class DiagnosticsMethods(GatewayRuntime runtime)
{
    private const int DefaultLimit = 50; // the original's

    private readonly StabilityRecorder _recorder = new(runtime.Events);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("diagnostics.stability", OperatorScopes.Read, "…", Stability),
        MethodEntry.Of("hooks.status", OperatorScopes.Read, "agentId:str", Hooks),
    ];

    private MethodReply Stability(MethodCall call)
    {
        if (Wrong(call, "limit", out long? limit) is { } badLimit)
        {
            return MethodReply.Invalid(badLimit);
        }

        if (limit is < 1 or > StabilityRecorder.Capacity)
        {
            return MethodReply.Invalid($"limit must be between 1 and {StabilityRecorder.Capacity}");
        }

        if (Wrong(call, "sinceSeq", out long? since) is { } badSince)
        {
            return MethodReply.Invalid(badSince);
        }

        string? type = call.Text("type");
        if (call.Has("type") && string.IsNullOrWhiteSpace(type) && type is not { Length: 0 })
        {
            return MethodReply.Invalid("type must be a non-empty string");
        }

        (IReadOnlyList<StabilityRecord> all, long dropped) = _recorder.Read();
        StabilityRecord[] found =
        [
            .. all.Where(record => (string.IsNullOrEmpty(type) || record.Type == type.Trim()) && (since is null || record.Seq > since)),
        ];
        return MethodReply.Object(json => WriteStability(json, found, dropped, (int)(limit ?? DefaultLimit)));
    }

    // A number, its digits as text, or nothing.
    private static string? Wrong(MethodCall call, string name, out long? number)
    {
        number = null;
        if (!call.Params.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null
            || (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: 0 }))
        {
            return null;
        }

        string text = value.ToString();
        if (value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed))
        {
            number = parsed;
            return null;
        }

        return $"{name} must be a non-negative integer";
    }

    private void WriteStability(Utf8JsonWriter json, StabilityRecord[] found, long dropped, int limit)
    {
        json.WriteString("generatedAt"u8, runtime.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("capacity"u8, StabilityRecorder.Capacity);
        json.WriteNumber("count"u8, found.Length);
        json.WriteNumber("dropped"u8, dropped);
        if (found.Length > 0)
        {
            json.WriteNumber("firstSeq"u8, found[0].Seq);
            json.WriteNumber("lastSeq"u8, found[^1].Seq);
        }

        json.WriteStartArray("events"u8);
        foreach (StabilityRecord record in found.AsSpan(Math.Max(0, found.Length - limit)))
        {
            WriteRecord(json, record);
        }

        json.WriteEndArray();
        json.WriteStartObject("summary"u8);
        json.WriteStartObject("byType"u8);
        foreach (IGrouping<string, StabilityRecord> group in found.GroupBy(record => record.Type, StringComparer.Ordinal))
        {
            json.WriteNumber(group.Key, group.Count());
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter json, StabilityRecord record)
    {
        json.WriteStartObject();
        json.WriteNumber("seq"u8, record.Seq);
        json.WriteNumber("ts"u8, record.AtMs);
        json.WriteString("type"u8, record.Type);
        PairingJson.WriteOptional(json, "source", record.Source);
        PairingJson.WriteOptional(json, "toolName", record.ToolName);
        PairingJson.WriteOptional(json, "provider", record.Provider);
        PairingJson.WriteOptional(json, "model", record.Model);
        PairingJson.WriteOptional(json, "outcome", record.Outcome);
        PairingJson.WriteOptional(json, "reason", record.Reason);
        PairingJson.WriteOptional(json, "durationMs", record.DurationMs);
        PairingJson.WriteOptional(json, "level", record.Warns ? "warning" : null);
        if (record.Usage is { } usage)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("input"u8, usage.Input);
            json.WriteNumber("output"u8, usage.Output);
            json.WriteNumber("cacheRead"u8, usage.CacheRead);
            json.WriteNumber("cacheWrite"u8, usage.CacheWrite);
            json.WriteNumber("total"u8, usage.TotalTokens);
            json.WriteEndObject();
            json.WriteNumber("costUsd"u8, usage.Cost.Total);
        }

        json.WriteEndObject();
    }

    // Hooks of the original are JavaScript modules; there are none to load. Webhooks are told by the configuration.
    private MethodReply Hooks(MethodCall call)
    {
        AgentCatalog agents = runtime.Agents();
        string asked = call.Text("agentId") is { } text && text.Trim().Length > 0 ? text.Trim() : agents.Default.Id;
        return agents.TryGet(asked, out AgentEntry? agent)
            ? MethodReply.Object(json =>
            {
                json.WriteString("workspaceDir"u8, agent.Workspace);
                json.WriteString("managedHooksDir"u8, Path.Combine(runtime.Paths.StateDir, "hooks"));
                json.WriteTexts("hooks", []);
            })
            : MethodReply.Invalid($"unknown agent id \"{asked}\"");
    }
}

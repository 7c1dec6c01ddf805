using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes session rows as clients know them. Source: docs/protocol.md, sessions.</summary>
internal static class SessionRowJson
{
    /// <summary>Writes one row as an object.</summary>
    public static void Write(Utf8JsonWriter json, SessionRow row, IReadOnlyList<string> activeRunIds, ModelRouter models)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, row.Key.Text);
        json.WriteString("agentId"u8, row.AgentId);
        WriteMembers(json, row, activeRunIds, models);
        json.WriteEndObject();
    }

    /// <summary>Writes the members that an event carries flattened: all but key and agent.</summary>
    public static void WriteMembers(
        Utf8JsonWriter json,
        SessionRow row,
        IReadOnlyList<string> activeRunIds,
        ModelRouter models)
    {
        json.WriteString("sessionId"u8, row.SessionId);
        json.WriteString("kind"u8, KindOf(row.Key));
        json.WriteString("lifecycleRevision"u8, row.LifecycleRevision);
        Optional(json, "label", row.Label);
        Optional(json, "displayName", row.DisplayName);
        Optional(json, "derivedTitle", row.DerivedTitle);
        Optional(json, "lastMessagePreview", row.LastMessagePreview);
        json.WriteBoolean("isMain"u8, row.Key.IsMain);
        json.WriteNumber("createdAt"u8, row.CreatedAtMs);
        json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
        Optional(json, "lastInteractionAt", row.LastInteractionAtMs);
        json.WriteBoolean("archived"u8, row.Archived);
        json.WriteBoolean("pinned"u8, row.Pinned);
        json.WriteBoolean("unread"u8, row.Unread);
        if (row.Status is { } status)
        {
            json.WriteString("status"u8, NameOf(status));
        }

        Optional(json, "startedAt", row.StartedAtMs);
        Optional(json, "endedAt", row.EndedAtMs);
        if (row is { StartedAtMs: { } started, EndedAtMs: { } ended } && ended >= started)
        {
            json.WriteNumber("runtimeMs"u8, ended - started);
        }

        Optional(json, "lastRunId", row.LastRunId);
        json.WriteBoolean("abortedLastRun"u8, row.AbortedLastRun);
        json.WriteBoolean("hasActiveRun"u8, activeRunIds.Count > 0);
        json.WriteStartArray("activeRunIds"u8);
        foreach (string id in activeRunIds)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        WriteModel(json, row, models);
        json.WriteNumber("inputTokens"u8, row.InputTokens);
        json.WriteNumber("outputTokens"u8, row.OutputTokens);
        Optional(json, "totalTokens", row.TotalTokens);
        json.WriteBoolean("totalTokensFresh"u8, row.TotalTokens is not null);
        json.WriteNumber("estimatedCostUsd"u8, row.CostUsd);
        json.WriteNumber("messageCount"u8, row.MessageCount);
        json.WriteNumber("compactionCount"u8, row.CompactionCount);
        Optional(json, "thinkingLevel", row.ThinkLevel);
        Optional(json, "verboseLevel", row.VerboseLevel);
        Optional(json, "reasoningLevel", row.ReasoningLevel);
        Optional(json, "queueMode", row.QueueMode);
        WriteExtra(json, row);
    }

    /// <summary>The wire's word for what kind of conversation a key names.</summary>
    public static string KindOf(SessionKey key) =>
        key.Rest == "global" ? "global"
        : key.Rest.Contains(":group:", StringComparison.Ordinal) || key.Rest.Contains(":channel:", StringComparison.Ordinal)
            ? "group"
        : "direct";

    /// <summary>The wire's word for a status.</summary>
    public static string NameOf(SessionStatus status) => status switch
    {
        SessionStatus.Queued => "queued",
        SessionStatus.Running => "running",
        SessionStatus.Failed => "failed",
        SessionStatus.Killed => "killed",
        SessionStatus.Timeout => "timeout",
        _ => "done",
    };

    private static void WriteModel(Utf8JsonWriter json, SessionRow row, ModelRouter models)
    {
        string? wanted = row.ModelOverride
            ?? (row is { ModelProvider: { } provider, Model: { } model } ? $"{provider}/{model}" : null)
            ?? models.Catalog.DefaultModelRef;
        Optional(json, "modelOverride", row.ModelOverride);
        if (wanted is null)
        {
            return;
        }

        ModelInfo? info = models.Catalog.Describe(wanted);
        int slash = wanted.IndexOf('/', StringComparison.Ordinal);
        json.WriteString("modelProvider"u8, info?.Provider ?? (slash > 0 ? wanted[..slash] : ""));
        json.WriteString("model"u8, info?.Id ?? wanted[(slash + 1)..]);
        long? window = row.ContextTokens ?? (info is { ContextWindow: > 0 } ? info.ContextWindow : null);
        Optional(json, "contextTokens", window);
    }

    private static void WriteExtra(Utf8JsonWriter json, SessionRow row)
    {
        if (row.Extra is not { ValueKind: JsonValueKind.Object } extra)
        {
            return;
        }

        foreach (JsonProperty property in extra.EnumerateObject())
        {
            property.WriteTo(json);
        }
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Optional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}

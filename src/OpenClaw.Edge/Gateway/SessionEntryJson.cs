using System.Text.Json;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes what is stored of a session, as the calls that change one answer it: <c>entry</c> and <c>resolved</c>.
/// Source: docs/protocol.md, sessions.</summary>
internal static class SessionEntryJson
{
    /// <summary>Writes <c>entry</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="facts">The session.</param>
    /// <param name="reset">The session has just been emptied.</param>
    /// <param name="root">Folder that a session which was just made works in; null for others.</param>
    public static void WriteEntry(Utf8JsonWriter json, SessionFacts facts, bool reset, string? root = null)
    {
        SessionRow row = facts.Row;
        json.WriteStartObject("entry"u8);
        json.WriteString("sessionId"u8, row.SessionId);
        json.WriteString("lifecycleRevision"u8, row.LifecycleRevision);
        json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
        if (reset)
        {
            json.WriteNumber("sessionStartedAt"u8, row.UpdatedAtMs);
            json.WriteBoolean("systemSent"u8, false);
            json.WriteBoolean("abortedLastRun"u8, false);
            json.WriteNumber("compactionCount"u8, row.CompactionCount);
        }

        if (root is not null)
        {
            json.WriteString("sessionRoot"u8, root);
            if (!row.Key.IsIncognito)
            {
                json.WriteString("modelOverrideSource"u8, facts.ModelSource ?? "default");
            }
        }

        SessionRowJson.WriteIncognito(json, row.Key);

        json.WriteString("createdVia"u8, SessionRowJson.CreatedVia(row));
        json.WriteNumber("createdAt"u8, row.CreatedAtMs);
        SessionRowJson.WriteExtra(json, row);
        if (row.UpdatedAtMs != row.CreatedAtMs || root is not null)
        {
            json.WriteStartObject("delivery"u8);
            json.WriteString("kind"u8, "none"u8);
            json.WriteEndObject();
        }

        WriteSettings(json, facts);
        if (reset)
        {
            json.WriteNumber("inputTokens"u8, row.InputTokens);
            json.WriteNumber("outputTokens"u8, row.OutputTokens);
            json.WriteNumber("totalTokens"u8, row.TotalTokens ?? 0);
            json.WriteBoolean("totalTokensFresh"u8, true);
            json.WriteNumber("totalTokensVersion"u8, 1);
            if (facts.ModelRef is not null)
            {
                json.WriteString("modelProvider"u8, facts.Provider);
                json.WriteString("model"u8, facts.ModelId);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Writes <c>resolved</c>: what the next turn uses.</summary>
    public static void WriteResolved(Utf8JsonWriter json, SessionFacts facts, bool runtime)
    {
        json.WriteStartObject("resolved"u8);
        if (facts.ModelRef is not null)
        {
            json.WriteString("modelProvider"u8, facts.Provider);
            json.WriteString("model"u8, facts.ModelId);
        }

        if (runtime)
        {
            json.WriteStartObject("agentRuntime"u8);
            json.WriteString("id"u8, "openclaw"u8);
            json.WriteString("source"u8, "implicit"u8);
            json.WriteEndObject();
            json.WriteBoolean("runtimeSelectionLocked"u8, false);
        }

        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        (string Name, string? Value)[] settings =
        [
            ("label", row.Label), ("displayName", row.DisplayName), ("modelOverride", row.ModelOverride), ("thinkingLevel", row.ThinkLevel),
            ("verboseLevel", row.VerboseLevel), ("reasoningLevel", row.ReasoningLevel), ("queueMode", row.QueueMode),
        ];
        foreach ((string name, string? value) in settings)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        foreach ((string name, bool value) in (ReadOnlySpan<(string, bool)>)[("archived", row.Archived), ("pinned", row.Pinned), ("unread", row.Unread)])
        {
            if (value)
            {
                json.WriteBoolean(name, value);
            }
        }
    }
}

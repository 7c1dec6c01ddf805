using System.Text.Json;
using OpenClaw.Edge.Gateway.Methods;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes session rows as clients know them. Source: docs/protocol.md, sessions.</summary>
internal static partial class SessionRowJson
{
    /// <summary>Seconds after which the original's automatic fast mode would begin; there is none here.</summary>
    private const int FastAutoOnSeconds = 60;

    /// <summary>Writes one row as an object.</summary>
    public static void Write(Utf8JsonWriter json, SessionFacts facts, SessionRowView view)
    {
        json.WriteStartObject();
        WriteMembers(json, facts, view);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of a row, for a caller that adds its own.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SessionFacts facts, SessionRowView view)
    {
        SessionRow row = facts.Row;
        json.WriteString("key"u8, row.Key.Text);
        json.WriteString("visibility"u8, "shared"u8);
        WriteIncognito(json, row.Key);
        json.WriteBoolean("permissionModePending"u8, false);
        json.WriteString("createdVia"u8, CreatedVia(row));
        WriteParticipants(json, row);
        json.WriteNumber("createdAt"u8, row.CreatedAtMs);
        WriteExtra(json, row);
        json.WriteString("kind"u8, KindOf(row.Key));
        Optional(json, "label", row.Label);
        WriteClass(json, facts);
        WriteNames(json, facts, view);
        json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
        json.WriteBoolean("archived"u8, row.Archived);
        json.WriteBoolean("pinned"u8, row.Pinned);
        json.WriteBoolean("unread"u8, row.Unread);
        Optional(json, "lastInteractionAt", facts.IsEmptied ? null : row.LastInteractionAtMs);
        Optional(json, "lastActivityAt", facts.HasCallsOnly ? row.EndedAtMs : null);
        json.WriteString("sessionId"u8, row.SessionId);
        WriteTurn(json, facts);
        Optional(json, "thinkingLevel", row.ThinkLevel);
        ModelJson.WriteThinking(json, facts.Model);
        WriteFast(json);
        Optional(json, "verboseLevel", row.VerboseLevel);
        Optional(json, "reasoningLevel", row.ReasoningLevel);
        WriteTokens(json, facts);
        WriteRun(json, facts);
        WriteChildren(json, facts);
        json.WriteString("effectiveResponseUsage"u8, "off"u8);
        Optional(json, "queueMode", row.QueueMode);
        json.WriteString("effectiveQueueMode"u8, facts.QueueMode);
        WriteModel(json, facts);
        Optional(json, "contextTokens", facts.Window);
        if (facts.Context is { } context)
        {
            json.WritePropertyName("contextBudgetStatus"u8);
            WriteContext(json, context);
        }

        json.WriteNumber("snapshotAt"u8, Math.Max(row.UpdatedAtMs, row.EndedAtMs ?? 0));
        if (facts.HadTurn)
        {
            WritePlacement(json, row);
        }

        if (view.Activity)
        {
            WriteActivity(json);
        }

        if (view.Runs)
        {
            WriteRuns(json, facts);
        }

        json.WriteString("sharingRole"u8, "admin"u8);
    }

    /// <summary>Writes that a session is in memory only, when it is.</summary>
    public static void WriteIncognito(Utf8JsonWriter json, SessionKey key)
    {
        if (key.IsIncognito)
        {
            json.WriteBoolean("incognito"u8, true);
        }
    }

    /// <summary>Writes the members of a session that nobody has spoken in yet.</summary>
    public static void WriteUnknown(Utf8JsonWriter json, SessionKey key, GatewayRuntime runtime)
    {
        SessionFacts facts = SessionFacts.Of(runtime, new SessionRow { Key = key, SessionId = "", LifecycleRevision = "" });
        json.WriteString("key"u8, key.Text);
        json.WriteBoolean("permissionModePending"u8, false);
        json.WriteString("kind"u8, KindOf(key));
        WriteClass(json, facts);
        json.WriteNull("updatedAt"u8);
        json.WriteBoolean("archived"u8, false);
        json.WriteBoolean("pinned"u8, false);
        json.WriteBoolean("unread"u8, false);
        WriteFast(json);
        json.WriteBoolean("totalTokensFresh"u8, false);
        json.WriteString("effectiveResponseUsage"u8, "off"u8);
        json.WriteString("effectiveQueueMode"u8, facts.QueueMode);
        WriteModel(json, facts, placement: false);
        Optional(json, "contextTokens", facts.Window);
        json.WriteNumber("snapshotAt"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Writes what names the model of a session.</summary>
    public static void WriteModel(Utf8JsonWriter json, SessionFacts facts, bool placement = true)
    {
        if (facts.ModelRef is not null)
        {
            json.WriteString("modelProvider"u8, facts.Provider);
            json.WriteString("model"u8, facts.ModelId);
        }

        json.WriteString("modelOverrideSource"u8, facts.ModelSource); // an explicit null of the wire
        json.WriteBoolean("runtimeSelectionLocked"u8, false);
        WriteRuntime(json, placement: placement);
    }

    /// <summary>Writes where turns run: here, and nowhere else.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="id">The original's word for the runtime.</param>
    /// <param name="placement">Whether to say what another machine would need.</param>
    public static void WriteRuntime(Utf8JsonWriter json, string id = "openclaw", bool placement = false)
    {
        json.WriteStartObject("agentRuntime"u8);
        json.WriteString("id"u8, id);
        json.WriteBoolean("cloudPlacementSupported"u8, false);
        if (placement)
        {
            // What another machine would have to offer; no node does, so that none can be picked.
            json.WriteString("cloudPlacementExecutionMode"u8, "worker-turn"u8);
            json.WriteStartObject("devicePlacement"u8);
            json.WriteTexts("requiredNodeCommands", ["edge.session.host"]);
            json.WriteBoolean("consumesWorkerSlot"u8, true);
            json.WriteEndObject();
        }

        json.WriteBoolean("devicePlacementSupported"u8, false);
        json.WriteString("source"u8, "implicit"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes the fast mode, which is always off.</summary>
    public static void WriteFast(Utf8JsonWriter json)
    {
        json.WriteBoolean("effectiveFastMode"u8, false);
        json.WriteString("effectiveFastModeSource"u8, "default"u8);
        json.WriteNumber("fastAutoOnSeconds"u8, FastAutoOnSeconds);
    }

    /// <summary>Writes that there is no summary of what the session did.</summary>
    public static void WriteActivity(Utf8JsonWriter json)
    {
        json.WriteStartObject("activitySummary"u8);
        json.WriteString("state"u8, "unavailable"u8);
        json.WriteBoolean("canEnsure"u8, false);
        json.WriteEndObject();
    }

    /// <summary>Writes whether runs wait or run, and which.</summary>
    public static void WriteRuns(Utf8JsonWriter json, SessionFacts facts)
    {
        json.WriteBoolean("hasActiveRun"u8, facts.IsActive);
        json.WriteTexts("activeRunIds"u8, facts.ActiveRunIds);
    }

    /// <summary>The wire's word for what kind of conversation a key names.</summary>
    public static string KindOf(SessionKey key) =>
        key.Rest == "global" ? "global"
        : key.Rest.StartsWith("cron:", StringComparison.Ordinal) ? "cron"
        : key.Rest.Contains(":group:", StringComparison.Ordinal) || key.Rest.Contains(":channel:", StringComparison.Ordinal)
            ? "group"
        : "direct";

    /// <summary>The wire's word for who makes sessions of such a key.</summary>
    public static string CreatedVia(SessionRow row) =>
        row.Key.Rest.StartsWith("cron:", StringComparison.Ordinal) ? "cron" : SessionOrigin.IsMadeByRun(row) ? "run" : "operator";

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

    /// <summary>Writes members that were patched and have no column.</summary>
    public static void WriteExtra(Utf8JsonWriter json, SessionRow row)
    {
        if (row.Extra is not { ValueKind: JsonValueKind.Object } extra)
        {
            return;
        }

        foreach (JsonProperty property in extra.EnumerateObject())
        {
            if (SessionPatchReader.IsKept(property.Name) || property.NameEquals("spawnedBy"u8))
            {
                property.WriteTo(json);
            }
        }
    }

    private static void WriteClass(Utf8JsonWriter json, SessionFacts facts)
    {
        string word = ClassOf(facts);
        json.WriteString("classification"u8, word);
        json.WriteString("agentId"u8, facts.Row.AgentId);
        json.WriteBoolean("isMain"u8, facts.Row.Key.IsMain);
        json.WriteBoolean("isBackground"u8, word is "cron" or "subagent" or "hook");
    }

    // The original's order of looking.
    private static string ClassOf(SessionFacts facts)
    {
        string rest = facts.Row.Key.Rest;
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        return facts.Row.Key.IsMain ? "main"
            : rest is "global" ? rest
            : (colon < 0 ? "" : rest[..colon]) is "subagent" or "cron" or "dashboard" or "explicit" or "hook" or "node" or "voice" ? rest[..colon]
            : KindOf(facts.Row.Key) == "group" ? rest.Contains(":channel:", StringComparison.Ordinal) ? "channel" : "group"
            : (facts.WasTalk && !facts.HasCallsOnly) || rest.StartsWith("direct:", StringComparison.Ordinal) ? "direct"
            : "custom";
    }

    private static void WriteNames(Utf8JsonWriter json, SessionFacts facts, SessionRowView view)
    {
        SessionRow row = facts.Row;
        string? name = facts.Name;
        Optional(json, "displayName", name);
        if (view.Titles || view == SessionRowView.Event)
        {
            Optional(json, "derivedTitle", name ?? (view.Titles ? row.DerivedTitle : null));
        }

        if (view.Preview)
        {
            Optional(json, "lastMessagePreview", row.LastMessagePreview);
        }
    }

    private static void WriteTurn(Utf8JsonWriter json, SessionFacts facts)
    {
        if (facts.WasTalk && !facts.HasCallsOnly)
        {
            json.WriteString("chatType"u8, "direct"u8);
        }

        if (facts.HadTurn || facts.IsEmptied || facts.IsCut)
        {
            if (!facts.HasCallsOnly)
            {
                json.WriteBoolean("systemSent"u8, facts.HadTurn);
            }

            json.WriteBoolean("abortedLastRun"u8, facts.Row.AbortedLastRun);
        }
    }

    private static void WriteRun(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        if (row.Status is { } status)
        {
            json.WriteString("status"u8, NameOf(status));
        }

        Optional(json, "startedAt", row.StartedAtMs);
        Optional(json, "endedAt", row.EndedAtMs);
        Optional(json, "runtimeMs", RuntimeOf(row));
        Optional(json, "lastRunError", SessionRunError.Of(row));
        if (row.Status != SessionStatus.Running && !facts.IsEmptied)
        {
            Optional(json, "lastRunId", row.LastRunId);
        }

        if (facts.HasAutomation)
        {
            json.WriteBoolean("hasAutomation"u8, true);
        }
    }

    /// <summary>How long the last run took; null while it runs.</summary>
    public static long? RuntimeOf(SessionRow row) =>
        row is { StartedAtMs: { } started, EndedAtMs: { } ended } && ended >= started ? ended - started : null;

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

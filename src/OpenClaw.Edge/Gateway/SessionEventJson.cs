using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes what session events tell beside their own members: the row as <c>session</c>, and its members again, flattened and with
/// explicit nulls, because clients merge them into what they hold. Source: docs/protocol.md, session events.</summary>
internal static class SessionEventJson
{
    // What this gateway has no word for: clients clear what they hold.
    private static readonly string[] s_nullOwners = ["createdActor", "owner"];
    private static readonly string[] s_nullMarks =
        ["markedUnreadAt", "agentStatus", "observerDigest", "controlOwnerSessionKey", "swarm"];

    /// <summary>Writes <c>session</c> and the flattened members; <c>session: null</c> for a session that is gone.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="facts">The session; null when it is gone.</param>
    /// <param name="lifecycle">An event about a phase of a run: without what names the model.</param>
    /// <param name="placement">With the members <c>placement</c> and <c>placementMove</c>.</param>
    /// <param name="active">The model that answers now; null for none.</param>
    public static void Write(Utf8JsonWriter json, SessionFacts? facts, bool lifecycle, bool placement, (string Provider, string Model)? active)
    {
        if (facts is null)
        {
            return;
        }

        json.WritePropertyName("session"u8);
        SessionRowJson.Write(json, facts, SessionRowView.Event);
        WriteIdentity(json, facts);
        WriteNames(json, facts);
        WriteSettings(json, facts);
        WriteTokens(json, facts, lifecycle);
        if (!lifecycle)
        {
            SessionRowJson.WriteModel(json, facts);
            json.WriteString("activeModelProvider"u8, active?.Provider);
            json.WriteString("activeModel"u8, active?.Model);
        }

        WriteRun(json, facts);
        SessionRowJson.WriteChildren(json, facts);
        if (placement)
        {
            WritePlacement(json, facts);
        }

        if (facts.Ancestors() is { } above)
        {
            json.WriteStartArray("ancestorSessions"u8);
            foreach (SessionFacts ancestor in above)
            {
                SessionRowJson.Write(json, ancestor, SessionRowView.Event);
            }

            json.WriteEndArray();
        }

        json.WriteString("sharingRole"u8, "admin"u8);
    }

    private static void WriteIdentity(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
        json.WriteString("sessionId"u8, row.SessionId);
        WriteNulls(json, s_nullOwners);
        IReadOnlyList<string> programs = row.Participants;
        SessionRowJson.WritePrograms(json, "participants", programs.Take(4));
        json.WriteNumber("participantCount"u8, programs.Count);
        json.WriteString("kind"u8, SessionRowJson.KindOf(row.Key));
        json.WriteString("visibility"u8, "shared"u8);
        if (facts.WasTalk && !facts.HasCallsOnly)
        {
            json.WriteString("chatType"u8, "direct"u8);
        }

        json.WriteBoolean("archived"u8, row.Archived);
        foreach (string name in (ReadOnlySpan<string>)["archivedAt", "archivedBy", "archiveReason"])
        {
            json.WriteNull(name);
        }

        json.WriteBoolean("pinned"u8, row.Pinned);
        json.WriteNull("pinnedAt"u8);
        json.WriteBoolean("unread"u8, row.Unread);
        WriteNulls(json, s_nullMarks);
        SessionRowJson.WriteActivity(json);
        WriteExtraOrNull(json, row, "permissionMode");
        json.WriteBoolean("permissionModePending"u8, false);
        json.WriteString("createdVia"u8, SessionRowJson.CreatedVia(row));
        json.WriteNumber("createdAt"u8, row.CreatedAtMs);
    }

    private static void WriteNames(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        json.WriteString("label"u8, row.Label);
        foreach (string name in (ReadOnlySpan<string>)["autoLabel", "icon", "color", "channelAvatarUrl", "category", "boardPresentation"])
        {
            WriteExtraOrNull(json, row, name);
        }

        json.WriteString("displayName"u8, facts.Name);
        foreach (string name in (ReadOnlySpan<string>)["parentSessionKey", "spawnDepth", "spawnedBy", "fastMode", "boardFace", "projectId", "previousSessionId", "forkedFromParent", "forkSource"])
        {
            WriteExtra(json, row, name);
        }
    }

    private static void WriteSettings(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        json.WriteString("thinkingLevel"u8, row.ThinkLevel);
        SessionRowJson.WriteFast(json);
        WriteExtraOrNull(json, row, "toolOverrides");
        WriteText(json, "verboseLevel", row.VerboseLevel);
        WriteText(json, "reasoningLevel", row.ReasoningLevel);
        if (facts.HadTurn || facts.IsEmptied || facts.IsCut)
        {
            if (!facts.HasCallsOnly)
            {
                json.WriteBoolean("systemSent"u8, facts.HadTurn);
            }

            json.WriteBoolean("abortedLastRun"u8, row.AbortedLastRun);
        }

        json.WriteNull("restartRecoveryStatus"u8);
    }

    private static void WriteTokens(Utf8JsonWriter json, SessionFacts facts, bool lifecycle)
    {
        bool known = facts.Row.TotalTokens is not null || facts.HadTurn;
        if (known || !lifecycle)
        {
            SessionRowJson.WriteTokens(json, facts);
        }

        json.WriteNull("goal"u8);
        if ((known || !lifecycle) && facts.Window is { } window)
        {
            json.WriteNumber("contextTokens"u8, window);
        }

        json.WritePropertyName("contextBudgetStatus"u8);
        if (facts.Context is { } context)
        {
            SessionRowJson.WriteContext(json, context);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("effectiveResponseUsage"u8, "off"u8);
    }

    private static void WriteRun(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        if (row.Status is { } status)
        {
            json.WriteString("status"u8, SessionRowJson.NameOf(status));
        }

        json.WriteString("lastRunError"u8, SessionRunError.Of(row));
        json.WriteNull("providerReview"u8);
        json.WriteString("lastRunId"u8, row.Status == SessionStatus.Running ? null : row.LastRunId);
        json.WriteBoolean("hasAutomation"u8, facts.HasAutomation);
        json.WriteBoolean("hasActiveRun"u8, facts.IsActive);
        json.WriteTexts("activeRunIds"u8, facts.ActiveRunIds);
        WriteNumber(json, "startedAt", row.StartedAtMs, orNull: false);
        WriteNumber(json, "endedAt", row.EndedAtMs, orNull: true);
        WriteNumber(json, "runtimeMs", SessionRowJson.RuntimeOf(row), orNull: true);
        if (facts.HasCallsOnly)
        {
            WriteNumber(json, "lastActivityAt", row.EndedAtMs, orNull: false);
        }
    }

    private static void WritePlacement(Utf8JsonWriter json, SessionFacts facts)
    {
        if (facts.HadTurn)
        {
            SessionRowJson.WritePlacement(json, facts.Row);
        }
        else
        {
            json.WriteNull("placement"u8);
        }

        json.WriteNull("placementMove"u8);
    }

    private static void WriteExtraOrNull(Utf8JsonWriter json, SessionRow row, string name)
    {
        if (!WriteExtra(json, row, name))
        {
            json.WriteNull(name);
        }
    }

    private static bool WriteExtra(Utf8JsonWriter json, SessionRow row, string name)
    {
        if (row.Extra is not { ValueKind: JsonValueKind.Object } extra || !extra.TryGetProperty(name, out JsonElement value))
        {
            return false;
        }

        json.WritePropertyName(name);
        value.WriteTo(json);
        return true;
    }

    private static void WriteNulls(Utf8JsonWriter json, string[] names)
    {
        foreach (string name in names)
        {
            json.WriteNull(name);
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value, bool orNull)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else if (orNull)
        {
            json.WriteNull(name);
        }
    }
}

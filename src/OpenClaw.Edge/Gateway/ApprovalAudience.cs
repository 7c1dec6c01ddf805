using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Who sees what waits for approval: the session that asks, and those that it came from, for connections that subscribed to one of
/// them with its approvals. Source: docs/protocol.md, approvals.</summary>
internal static class ApprovalAudience
{
    private const int MaxSessions = 64; // the original's

    /// <summary>The sessions, the asking one first; none where no session asks.</summary>
    public static List<SessionKey> Of(SessionStore sessions, ApprovalRequest request)
    {
        List<SessionKey> audience = [];
        string? next = request.SessionKey;
        string agent = request.AgentId ?? "main";
        while (next is not null && audience.Count < MaxSessions && SessionKey.TryParse(next, agent, out SessionKey key) && !audience.Contains(key))
        {
            audience.Add(key);
            agent = key.AgentId;
            next = sessions.Find(key)?.Extra is { ValueKind: JsonValueKind.Object } extra ? TextOf(extra, "parentSessionKey") ?? TextOf(extra, "spawnedBy") : null;
        }

        return audience;
    }

    /// <summary>Whether a connection may look at approvals at all.</summary>
    public static bool Admits(ConnectionGrant grant) =>
        grant.IsAdmin || (!grant.IsNode && grant.DeviceId is not null && grant.Scopes.Allows(Security.OperatorScopes.Approvals));

    /// <summary>Writes what waits now for those who look at a session, as an object.</summary>
    public static void WriteReplay(Utf8JsonWriter json, SessionStore sessions, SessionKey session, IReadOnlyList<PendingApproval> pending, long nowMs)
    {
        json.WriteStartObject();
        json.WriteString("sessionKey"u8, session.Text);
        json.WriteNumber("updatedAtMs"u8, nowMs);
        json.WriteStartArray("approvals"u8);
        foreach (PendingApproval approval in pending)
        {
            List<SessionKey> audience = Of(sessions, approval.Request);
            if (audience.Contains(session))
            {
                ApprovalJson.WriteSnapshot(json, approval, audience[0].Text, detail: false);
            }
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated"u8, false);
        json.WriteEndObject();
    }

    private static string? TextOf(JsonElement extra, string name) =>
        extra.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

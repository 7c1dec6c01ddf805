using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Gateway;

/// <summary>Events about sessions, for connections that subscribed: <c>sessions.changed</c>, <c>session.message</c>,
/// <c>session.tool</c>. A row is read only when somebody listens.</summary>
internal sealed class SessionEvents(GatewayRuntime runtime, Broadcaster broadcaster)
{
    /// <summary>Sends <c>sessions.changed</c>.</summary>
    /// <param name="key">Session.</param>
    /// <param name="reason">What happened, such as <c>patch</c>; null when a phase is given.</param>
    /// <param name="phase"><c>start</c>, <c>model</c>, <c>end</c> or <c>error</c>; null when a reason is given.</param>
    /// <param name="run">The run it is about; null for none.</param>
    /// <param name="ended">Whether that run has ended.</param>
    /// <param name="active">The model that answers now; null for none.</param>
    /// <param name="goneId">Id that a session had which is not there any more; null when it is not known.</param>
    public void Changed(
        SessionKey key,
        string? reason,
        string? phase = null,
        Run? run = null,
        bool ended = false,
        (string Provider, string Model)? active = null,
        string? goneId = null)
    {
        if (!broadcaster.AnySessionSubscriber(key.Text, byName: false))
        {
            return;
        }

        SessionFacts? facts = Find(key, ended ? run?.Id : null);
        byte[] open = FrameWriter.OpenEvent("sessions.changed", json =>
        {
            json.WriteStartObject();
            json.WriteString("sessionKey"u8, key.Text);
            json.WriteString("agentId"u8, key.AgentId);
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            if (reason is not null)
            {
                json.WriteString("reason"u8, reason);
            }

            if (phase is not null)
            {
                json.WriteString("phase"u8, phase);
            }

            if (run is not null && reason is null)
            {
                json.WriteString("runId"u8, run.Id);
            }

            if (facts is null && goneId is not null)
            {
                json.WriteString("sessionId"u8, goneId);
            }

            SessionEventJson.Write(json, facts, lifecycle: phase is "start" or "end" or "error", placement: reason is not (null or "participants"), active);
            json.WriteEndObject();
        });
        broadcaster.ToSubscribers(open, key.Text, byName: false);
    }

    /// <summary>Sends <c>sessions.changed</c> about no session in particular: clients read their list again.</summary>
    public void Refetch(string reason)
    {
        byte[] open = FrameWriter.OpenEvent("sessions.changed", json =>
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, reason);
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteEndObject();
        });
        broadcaster.ToSubscribers(open, "", byName: false);
    }

    /// <summary>Sends <c>session.operation</c>: a compaction that was asked for begins or has ended.</summary>
    /// <param name="key">Session.</param>
    /// <param name="operationId">The same for both.</param>
    /// <param name="ended">Whether history is shorter now; null when it begins.</param>
    /// <param name="why">Why it is not; null when it is.</param>
    public void Compacting(SessionKey key, string operationId, bool? ended, string? why)
    {
        byte[] open = FrameWriter.OpenEvent("session.operation", json =>
        {
            json.WriteStartObject();
            json.WriteString("operationId"u8, operationId);
            json.WriteString("operation"u8, "compact"u8);
            json.WriteString("phase"u8, ended is null ? "start"u8 : "end"u8);
            json.WriteString("sessionKey"u8, key.Text);
            json.WriteString("agentId"u8, key.AgentId);
            if (ended is { } completed)
            {
                json.WriteBoolean("completed"u8, completed);
            }

            PairingJson.WriteOptional(json, "reason", why);
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteEndObject();
        });
        broadcaster.ToSubscribers(open, key.Text, byName: false);
    }

    /// <summary>Sends <c>session.message</c>; tool results and the gateway's own questions are not pushed.</summary>
    public void Stored(SessionKey key, TranscriptEntry entry)
    {
        if (entry.Message.Role == "toolResult" || MessageJson.IsHidden(entry) || !broadcaster.AnySessionSubscriber(key.Text, byName: true))
        {
            return;
        }

        SessionFacts? facts = Find(key, null);
        byte[] open = FrameWriter.OpenEvent("session.message", json => WriteMessage(json, key, entry, facts));
        broadcaster.ToSubscribers(open, key.Text, byName: true);
    }

    /// <summary>Writes what <c>session.message</c> carries about a row.</summary>
    public static void WriteMessage(Utf8JsonWriter json, SessionKey key, TranscriptEntry entry, SessionFacts? facts)
    {
        json.WriteStartObject();
        json.WriteString("sessionKey"u8, key.Text);
        json.WriteString("agentId"u8, key.AgentId);
        json.WritePropertyName("message"u8);
        MessageJson.Write(json, entry, facts?.Row.HistoryRevision);
        json.WriteString("messageId"u8, entry.Id);
        json.WriteNumber("messageSeq"u8, entry.Seq);
        if (entry.Message.Role == "user")
        {
            json.WriteBoolean("senderIsOwner"u8, true);
        }
        else if (entry.RunId is not null)
        {
            json.WriteString("runId"u8, entry.RunId);
        }

        SessionEventJson.Write(json, facts, lifecycle: false, placement: false, ActiveModel(entry, facts));
        json.WriteEndObject();
    }

    /// <summary>Sends <c>session.tool</c>: the members of the agent event, with the row. Whoever asked for the run has had the agent event.</summary>
    public void Tool(SessionKey key, Action<Utf8JsonWriter> members, string? requester)
    {
        if (!broadcaster.AnySessionSubscriber(key.Text, byName: false))
        {
            return;
        }

        SessionFacts? facts = Find(key, null);
        byte[] open = FrameWriter.OpenEvent("session.tool", json =>
        {
            json.WriteStartObject();
            members(json);
            SessionEventJson.Write(json, facts, lifecycle: false, placement: false, active: null);
            json.WriteEndObject();
        });
        broadcaster.ToSubscribers(open, key.Text, byName: false, exceptToolRequester: requester);
    }

    /// <summary>Looks at a session; null when there is none, or it cannot be read: a run that tells of itself must not break on that.</summary>
    public SessionFacts? Find(SessionKey key, string? ended = null) => Row(key) is { } row ? TryOf(row, ended) : null;

    /// <summary>When the session's row was made, epoch milliseconds; the end of time when there is none, or it cannot be read.</summary>
    public long CreatedAt(SessionKey key) => Row(key)?.CreatedAtMs ?? long.MaxValue;

    /// <summary>Looks at a row.</summary>
    public SessionFacts Of(SessionRow row, string? ended = null) => SessionFacts.Of(runtime, row, ended);

    private SessionRow? Row(SessionKey key)
    {
        try
        {
            return runtime.Sessions.Find(key);
        }
        catch (StorageException)
        {
            return null; // the run's own reads and writes say what is wrong
        }
    }

    private SessionFacts? TryOf(SessionRow row, string? ended)
    {
        try
        {
            return Of(row, ended);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    // An answer in the middle of a run was made by the model that still answers.
    private static (string Provider, string Model)? ActiveModel(TranscriptEntry entry, SessionFacts? facts) =>
        facts is { IsActive: true } && entry.Message is { Role: "assistant", Provider: { } provider, Model: { } model }
            ? (provider, model)
            : null;
}

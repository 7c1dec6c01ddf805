using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

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
    public void Changed(SessionKey key, string? reason, string? phase = null, Run? run = null, bool ended = false)
    {
        if (!broadcaster.AnySessionSubscriber(key.Text, byName: false))
        {
            return;
        }

        SessionRow? row = runtime.Sessions.Find(key);
        IReadOnlyList<string> active = ActiveRunIds(key, ended ? run?.Id : null);
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

            if (run is not null)
            {
                json.WriteString("runId"u8, run.Id);
            }

            WriteRow(json, row, active);
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

    /// <summary>Sends <c>session.message</c>; tool results are not pushed.</summary>
    public void Stored(SessionKey key, TranscriptEntry entry)
    {
        if (entry.Message.Role == "toolResult" || !broadcaster.AnySessionSubscriber(key.Text, byName: true))
        {
            return;
        }

        SessionRow? row = runtime.Sessions.Find(key);
        byte[] open = FrameWriter.OpenEvent("session.message", json => WriteMessage(json, key, entry, row));
        broadcaster.ToSubscribers(open, key.Text, byName: true);
    }

    /// <summary>Writes what <c>session.message</c> carries about a row.</summary>
    public void WriteMessage(Utf8JsonWriter json, SessionKey key, TranscriptEntry entry, SessionRow? row)
    {
        json.WriteStartObject();
        json.WriteString("sessionKey"u8, key.Text);
        json.WriteString("agentId"u8, key.AgentId);
        json.WritePropertyName("message"u8);
        MessageJson.Write(json, entry);
        json.WriteString("messageId"u8, entry.Id);
        json.WriteNumber("messageSeq"u8, entry.Seq);
        WriteRow(json, row, ActiveRunIds(key, null));
        json.WriteEndObject();
    }

    /// <summary>Sends <c>session.tool</c>: the members of the agent event, with the row.</summary>
    public void Tool(SessionKey key, Action<Utf8JsonWriter> members)
    {
        if (!broadcaster.AnySessionSubscriber(key.Text, byName: false))
        {
            return;
        }

        SessionRow? row = runtime.Sessions.Find(key);
        byte[] open = FrameWriter.OpenEvent("session.tool", json =>
        {
            json.WriteStartObject();
            members(json);
            WriteSession(json, row, ActiveRunIds(key, null));
            json.WriteEndObject();
        });
        broadcaster.ToSubscribers(open, key.Text, byName: false);
    }

    /// <summary>Ids of the session's runs that wait or run.</summary>
    public IReadOnlyList<string> ActiveRunIds(SessionKey key, string? except)
    {
        List<string>? ids = null;
        foreach (Run run in runtime.Runs.Active)
        {
            if (run.SessionKey == key && run.Id != except)
            {
                (ids ??= []).Add(run.Id);
            }
        }

        return ids is null ? [] : ids;
    }

    private void WriteRow(Utf8JsonWriter json, SessionRow? row, IReadOnlyList<string> active)
    {
        WriteSession(json, row, active);
        if (row is not null)
        {
            SessionRowJson.WriteMembers(json, row, active, runtime.Models);
        }
    }

    private void WriteSession(Utf8JsonWriter json, SessionRow? row, IReadOnlyList<string> active)
    {
        if (row is null)
        {
            json.WriteNull("session"u8);
            return;
        }

        json.WritePropertyName("session"u8);
        SessionRowJson.Write(json, row, active, runtime.Models);
    }
}

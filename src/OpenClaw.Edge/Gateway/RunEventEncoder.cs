using System.Collections.Concurrent;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Turns run events into <c>chat</c>, <c>agent</c> and session events, in the order the original sends them.
/// Source: docs/protocol.md, transcripts. Called on the runs' own threads: events of one run never overlap.</summary>
internal sealed class RunEventEncoder : IDisposable
{
    private readonly Broadcaster broadcaster;
    private readonly SessionEvents sessions;
    private readonly TimeProvider _time;
    private readonly TextPace _bursts;
    private readonly TextPace _watching;
    private readonly Action<RunFrames, TextUpdate> _send;
    private readonly Action<RunFrames, TextUpdate> _toWatchers;

    // One entry a run that has sent text and not ended: bounded by the lanes.
    private readonly ConcurrentDictionary<string, RunFrames> _frames = new(StringComparer.Ordinal);

    /// <summary>Creates the encoder.</summary>
    public RunEventEncoder(Broadcaster broadcaster, SessionEvents sessions, TimeProvider time)
    {
        this.broadcaster = broadcaster;
        this.sessions = sessions;
        _time = time;
        _send = Send;
        _toWatchers = broadcaster.ToWatchers;
        _bursts = new TextPace(ReleaseBursts, time);
        _watching = new TextPace(ReleaseWatched, time);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _bursts.Dispose();
        _watching.Dispose();
    }

    /// <summary>Handles one event.</summary>
    public void On(RunEvent runEvent)
    {
        if (runEvent is not (RunTextEvent or RunThinkingEvent) && _frames.TryGetValue(runEvent.Run.Id, out RunFrames? frames))
        {
            frames.ReleaseBurst(_time.GetTimestamp(), _send);
            frames.Release(_toWatchers);
        }

        if (IsQuiet(runEvent.Run))
        {
            OnQuiet(runEvent);
            return;
        }

        switch (runEvent)
        {
            case RunTextEvent text:
                OnText(text);
                break;
            case RunThinkingEvent thinking:
                OnThinking(thinking);
                break;
            case RunPhaseEvent phase:
                RunStatusEvents.Phase(broadcaster, phase);
                break;
            case RunStartedEvent started:
                RunStatusEvents.Started(broadcaster, started);
                if (!started.Again)
                {
                    sessions.Changed(started.Run.SessionKey, "agent.run.started", run: started.Run);
                }

                sessions.Changed(started.Run.SessionKey, null, "start", started.Run);
                break;
            case RunModelEvent model:
                OnModel(model);
                break;
            case RunToolStartedEvent tool:
                RunToolEvents.Started(broadcaster, sessions, tool);
                break;
            case RunToolEndedEvent tool:
                RunToolEvents.Ended(broadcaster, sessions, tool);
                break;
            case RunToolOutputEvent output:
                RunToolEvents.Output(broadcaster, sessions, output);
                break;
            case RunPlanEvent plan:
                RunToolEvents.Plan(broadcaster, plan);
                break;
            case RunApprovalEvent approval:
                RunToolEvents.Approval(broadcaster, approval);
                break;
            case RunCompactionEvent compaction:
                RunStatusEvents.Compaction(broadcaster, compaction);
                if (compaction is { Starts: false, Completed: true })
                {
                    sessions.Changed(compaction.Run.SessionKey, "compact", run: compaction.Run);
                }

                break;
            case RunResetEvent reset:
                sessions.Changed(reset.Run.SessionKey, "reset");
                break;
            case RunSteeredEvent steered:
                sessions.Changed(steered.Run.SessionKey, "steer", run: steered.Run);
                break;
            case RunUsageEvent usage:
                RunStatusEvents.Usage(broadcaster, usage);
                break;
            case RunFinishingEvent finishing:
                RunStatusEvents.Finishing(broadcaster, finishing);
                break;
            case RunAcceptedEvent accepted:
                OnAsked(accepted);
                break;
            case RunEntryStoredEvent stored:
                if (stored is { Waited: false, Entry.Message.Role: "user" })
                {
                    OnAsked(stored);
                }

                sessions.Stored(stored.Run.SessionKey, stored.Entry);
                break;
            case RunEndedEvent ended:
                _frames.TryRemove(ended.Run.Id, out _);
                OnEnded(ended);
                break;
            default:
                break; // an event of a newer loop that this wire has no word for
        }
    }

    /// <summary>Whether a program asked by <c>agent</c>: nobody waits before a page for what it prepares, so the original does not tell.</summary>
    public static bool IsCall(Run run) => run.Request.Source == "agent";

    // Nobody asked for a turn of the heartbeat: what it leaves in the session is told, not how it came about, as in the original.
    private static bool IsQuiet(Run run) => run.Request.Source == "heartbeat";

    private void OnQuiet(RunEvent runEvent)
    {
        SessionKey key = runEvent.Run.SessionKey;
        switch (runEvent)
        {
            case RunStartedEvent { Again: false }:
                sessions.Changed(key, null, "start", runEvent.Run);
                break;
            case RunCompactionEvent { Starts: false, Completed: true }:
                sessions.Changed(key, "compact", run: runEvent.Run);
                break;
            case RunResetEvent:
                sessions.Changed(key, "reset");
                break;
            case RunEntryStoredEvent stored:
                if (stored.Entry.Message.Role == "user")
                {
                    sessions.Changed(key, "message", run: stored.Run);
                }

                sessions.Stored(key, stored.Entry);
                break;
            case RunEndedEvent ended:
                TellEnd(ended);
                break;
            default:
                break;
        }
    }

    private void OnText(RunTextEvent text)
    {
        if (!broadcaster.AnyReader)
        {
            return;
        }

        RunFrames frames = FramesOf(text.Run);
        Pass(frames, frames.Text(text));
    }

    private void OnThinking(RunThinkingEvent thinking)
    {
        if (broadcaster.AnyReader)
        {
            RunFrames frames = FramesOf(thinking.Run);
            Pass(frames, frames.Thinking(thinking));
        }
    }

    private void Pass(RunFrames frames, TextUpdate update)
    {
        if (frames.HoldBurst(update, _time.GetTimestamp(), _time.TimestampFrequency, _send))
        {
            _bursts.Wake(TextPace.Burst);
        }
    }

    // A few readers get every update as it comes; of a crowd only the one who asked does.
    private void Send(RunFrames frames, TextUpdate update)
    {
        if (!broadcaster.IsCrowded)
        {
            frames.Release(_toWatchers); // kept while there was a crowd
            broadcaster.ToReaders(frames, update);
            return;
        }

        broadcaster.ToAsker(frames, update);
        if (frames.Hold(update, _toWatchers) && !_watching.IsAwake)
        {
            _watching.Wake(TextPace.WatchingStepOf(_frames.Count, broadcaster.Audience));
        }
    }

    private void ReleaseBursts()
    {
        long now = _time.GetTimestamp();
        foreach (KeyValuePair<string, RunFrames> run in _frames)
        {
            run.Value.ReleaseBurst(now, _send);
        }
    }

    private void ReleaseWatched()
    {
        foreach (KeyValuePair<string, RunFrames> run in _frames)
        {
            run.Value.Release(_toWatchers);
        }
    }

    private void OnEnded(RunEndedEvent ended)
    {
        RunEndEvents.Send(broadcaster, ended);
        TellEnd(ended);
    }

    private void TellEnd(RunEndedEvent ended)
    {
        SessionKey key = ended.Run.SessionKey;
        if (ended.Result.Status is not (RunStatus.Aborted or RunStatus.TimedOut))
        {
            sessions.Changed(key, null, ended.Result.Status == RunStatus.Failed ? "error" : "end", ended.Run, ended: true);
            return;
        }

        sessions.Changed(key, null, "end", ended.Run, ended: true);
        sessions.Changed(key, null, "model", ended.Run, ended: true);
        sessions.Changed(key, null, "error", ended.Run, ended: true);
        sessions.Changed(key, "agent.input.settled", run: ended.Run, ended: true);
    }

    // The message that makes a session's row changes nothing that was there: "send" is told of rows that are older than the run.
    private void OnAsked(RunEvent asked)
    {
        SessionKey key = asked.Run.SessionKey;
        if (sessions.CreatedAt(key) < asked.Run.AcceptedAtMs)
        {
            sessions.Changed(key, "send", run: asked.Run);
        }
        else if (IsCall(asked.Run))
        {
            sessions.Changed(key, "create", run: asked.Run);
        }

        sessions.Changed(key, "participants", run: asked.Run);
    }

    private void OnModel(RunModelEvent model)
    {
        bool over = model.Provider is null;
        RunStatusEvents.Model(broadcaster, model);
        if (over)
        {
            sessions.Changed(model.Run.SessionKey, "agent.input.settled", run: model.Run, ended: true);
        }

        sessions.Changed(model.Run.SessionKey, null, "model", model.Run, over, over ? null : (model.Provider!, model.Model!));
    }

    private RunFrames FramesOf(Run run)
    {
        if (!_frames.TryGetValue(run.Id, out RunFrames? frames))
        {
            frames = new RunFrames(run);
            _frames[run.Id] = frames;
        }

        return frames;
    }

    /// <summary>Sends an <c>agent</c> event.</summary>
    public static void SendAgent(
        Broadcaster broadcaster,
        RunEvent runEvent,
        long seq,
        string stream,
        Action<Utf8JsonWriter> data)
    {
        if (broadcaster.AnyReader)
        {
            byte[] open = FrameWriter.OpenEvent("agent", json =>
            {
                json.WriteStartObject();
                WriteAgent(json, runEvent, seq, stream, data);
                json.WriteEndObject();
            });
            broadcaster.ToReaders(open, runEvent.Run.SessionKey.Text, dropIfSlow: stream != "lifecycle");
        }
    }

    /// <summary>Writes the members of an <c>agent</c> event.</summary>
    public static void WriteAgent(
        Utf8JsonWriter json,
        RunEvent runEvent,
        long seq,
        string stream,
        Action<Utf8JsonWriter> data)
    {
        Run run = runEvent.Run;
        json.WriteString("runId"u8, run.Id);
        json.WriteString("sessionKey"u8, run.SessionKey.Text);
        json.WriteString("agentId"u8, run.SessionKey.AgentId);
        if (stream == "lifecycle" && run.SessionId.Length > 0)
        {
            json.WriteString("sessionId"u8, run.SessionId);
        }

        json.WriteNumber("seq"u8, seq);
        json.WriteString("stream"u8, stream);
        json.WriteNumber("ts"u8, runEvent.TimestampMs);
        if (!IsCall(run))
        {
            json.WriteBoolean("isHeartbeat"u8, false);
        }

        json.WriteStartObject("data"u8);
        data(json);
        json.WriteEndObject();
    }

    /// <summary>Sends a <c>chat</c> event.</summary>
    public static void SendChat(Broadcaster broadcaster, RunEvent runEvent, string state, Action<Utf8JsonWriter> members)
    {
        if (!broadcaster.AnyReader)
        {
            return;
        }

        Run run = runEvent.Run;
        byte[] open = FrameWriter.OpenEvent("chat", json =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, run.Id);
            json.WriteString("sessionKey"u8, run.SessionKey.Text);
            json.WriteString("agentId"u8, run.SessionKey.AgentId);
            json.WriteNumber("seq"u8, runEvent.Seq);
            json.WriteString("state"u8, state);
            members(json);
            json.WriteEndObject();
        });
        broadcaster.ToReaders(open, run.SessionKey.Text, dropIfSlow: false);
    }
}

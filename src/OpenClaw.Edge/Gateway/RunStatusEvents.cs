using System.Text.Json;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Gateway;

/// <summary>Events about where a run is. Source: docs/protocol.md, chat and agent events.</summary>
internal static class RunStatusEvents
{
    /// <summary>Phases that the original's clients know; ours are mapped to the nearest and told apart by <c>note</c>.</summary>
    private static readonly HashSet<string> WirePhases = new(StringComparer.Ordinal)
    {
        "preparing_workspace", "naming_worktree", "creating_worktree", "running_setup", "provisioning_environment",
        "preparing_context", "memory_flushing", "starting_model",
    };

    /// <summary><c>chat status</c>, then <c>agent run_status</c>; of what a program asked for only why it takes long.</summary>
    public static void Phase(Broadcaster broadcaster, RunPhaseEvent phase)
    {
        if (RunEventEncoder.IsCall(phase.Run) && phase.Note is null && WirePhases.Contains(phase.Phase))
        {
            return;
        }

        RunEventEncoder.SendChat(broadcaster, phase, "status", json => Write(json, phase));
        RunEventEncoder.SendAgent(broadcaster, phase, phase.Seq, "run_status", json => Write(json, phase));
    }

    /// <summary>The run left its queue.</summary>
    public static void Started(Broadcaster broadcaster, RunStartedEvent started) =>
        RunEventEncoder.SendAgent(broadcaster, started, started.Seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "start"u8);
            json.WriteNumber("startedAt"u8, started.Run.StartedAtMs);
        });

    /// <summary>The run talks to a model; both null when it no longer does.</summary>
    public static void Model(Broadcaster broadcaster, RunModelEvent model) =>
        RunEventEncoder.SendAgent(broadcaster, model, model.Seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "model"u8);
            json.WriteString("provider"u8, model.Provider); // explicit nulls are the wire's
            json.WriteString("model"u8, model.Model);
        });

    /// <summary>History is being shortened, or was.</summary>
    public static void Compaction(Broadcaster broadcaster, RunCompactionEvent compaction) =>
        RunEventEncoder.SendAgent(broadcaster, compaction, compaction.Seq, "compaction", json =>
        {
            json.WriteString("phase"u8, compaction.Starts ? "start"u8 : "end"u8);
            if (!compaction.Starts)
            {
                json.WriteBoolean("completed"u8, compaction.Completed);
                json.WriteBoolean("willRetry"u8, compaction.WillRetry);
                json.WriteString("outcome"u8, compaction.Completed ? "completed"u8 : "skipped"u8);
                if (compaction.Reason is { } reason)
                {
                    json.WriteString("reason"u8, reason);
                }
            }
        });

    /// <summary>Tokens so far.</summary>
    public static void Usage(Broadcaster broadcaster, RunUsageEvent usage) =>
        RunEventEncoder.SendAgent(broadcaster, usage, usage.Seq, "usage", json =>
            json.WriteNumber("outputTokens"u8, usage.OutputTokens));

    /// <summary>The model has ended.</summary>
    public static void Finishing(Broadcaster broadcaster, RunFinishingEvent finishing) =>
        RunEventEncoder.SendAgent(broadcaster, finishing, finishing.Seq, "lifecycle", json =>
        {
            json.WriteString("phase"u8, "finishing"u8);
            if (finishing.Failed is { } failed)
            {
                json.WriteString("error"u8, failed.ErrorMessage);
                RunEndEvents.WriteObservation(json, failed);
            }
            else
            {
                json.WriteString("stopReason"u8, finishing.StopReason);
            }

            json.WriteBoolean("aborted"u8, false);
            json.WriteString("livenessState"u8, finishing.Failed is null ? "working"u8 : "blocked"u8);
            json.WriteNumber("endedAt"u8, finishing.TimestampMs);
        });

    private static void Write(Utf8JsonWriter json, RunPhaseEvent phase)
    {
        bool known = WirePhases.Contains(phase.Phase);
        json.WriteString("phase"u8, known ? phase.Phase : "starting_model");
        if (!known)
        {
            json.WriteString("detail"u8, phase.Phase);
        }

        if (phase.Note is not null)
        {
            json.WriteString("note"u8, phase.Note);
        }

        if (phase.QueuePosition is { } position)
        {
            json.WriteNumber("queuePosition"u8, position);
        }
    }
}

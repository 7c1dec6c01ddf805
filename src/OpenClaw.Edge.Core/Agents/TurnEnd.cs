using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Stores and publishes how turns end: rows, usage and session state in one transaction, then the events.</summary>
internal sealed partial class TurnEnd(AgentRuntime runtime)
{
    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");

    private long Now => runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Stores a row in the middle of a turn and publishes it.</summary>
    public async Task AppendAsync(Turn turn, TranscriptEntry entry)
    {
        IReadOnlyList<TranscriptEntry> stored = await runtime.Sessions.AppendAsync(
            turn.Active.Run.SessionKey, [entry], update: null, CancellationToken.None);
        turn.Publisher.EntryStored(stored[0]);
    }

    /// <summary>Gives a message that waited its place in the history, and tells of it; one that has a place is only told of, once.</summary>
    /// <param name="active">Its run; the message is stored.</param>
    /// <param name="runId">Run that answers it; null for its own.</param>
    public async Task PlaceAsync(ActiveRun active, string? runId = null)
    {
        TranscriptEntry entry = await active.Stored;
        if (entry.Seq == 0)
        {
            IReadOnlyList<TranscriptEntry> placed = await runtime.Sessions.AppendAsync(
                active.Run.SessionKey, [entry with { RunId = runId ?? entry.RunId }], new SessionUpdate { PlacedRunId = active.Run.Id }, CancellationToken.None);
            entry = placed[0];
            active.Stored = Task.FromResult(entry);
        }

        active.PublishUserEntry(entry);
    }

    /// <summary>The turn has its answer.</summary>
    public async Task DoneAsync(Turn turn)
    {
        bool calls = turn.ClientCalls.Count > 0;
        string stopReason = calls ? "toolUse" : turn.Finish?.StopReason is "length" ? "length" : "stop";
        TranscriptEntry? row = turn.Silent
            ? null
            : TurnRows.Assistant(turn, stopReason, turn.ClientCalls, Now, ":assistant");
        RunResult result = Result(turn, RunStatus.Done, stopReason) with
        {
            Text = turn.Silent && turn.Answers == 0 ? "" : turn.Publisher.ReadText(),
            ClientToolCalls = turn.ClientCalls,
        };
        await EndAsync(turn, row, SessionStatus.Done, result);
    }

    /// <summary>The turn was aborted or ran out of time; what it has said so far is kept.</summary>
    public async Task StoppedAsync(Turn turn, string origin, TimeSpan budget)
    {
        bool timedOut = origin == "timeout";
        AbortMark mark = new(Aborted: true, origin, turn.Active.Run.Id);
        TranscriptEntry? row = TurnRows.Assistant(turn, "aborted", [], Now, ":assistant", mark)
            ?? (origin == "shutdown" ? SessionWriter.InterruptedMarker(turn.Active.Run.Id, Now, origin) : null); // sessions.recover looks for it
        RunResult result = Result(turn, timedOut ? RunStatus.TimedOut : RunStatus.Aborted, origin) with
        {
            ErrorMessage = timedOut
                ? $"the turn took longer than {budget.TotalSeconds:0} s and was stopped; raise agents.defaults.timeoutSeconds"
                : null,
        };
        await EndAsync(turn, row, timedOut ? SessionStatus.Timeout : SessionStatus.Killed, result);
    }

    /// <summary>The turn failed.</summary>
    public async Task FailedAsync(Turn turn, string error, ProviderException? cause)
    {
        string message = cause?.Failure == ProviderFailure.ContextOverflow
            ? $"the conversation is too long for the model even after shortening; start over with /new. ({error})"
            : error;
        RunResult result = Result(turn, RunStatus.Failed, "error") with
        {
            ErrorMessage = message,
            Failure = cause?.Failure,
            HttpStatus = cause?.HttpStatus,
        };
        await EndAsync(turn, TurnRows.Failed(turn, message, Now), SessionStatus.Failed, result);
    }

    /// <summary>The turn was not carried on.</summary>
    public async Task RefusedAsync(Turn turn, RunRefusedException refused)
    {
        RunResult result = Result(turn, RunStatus.Failed, "error") with { ErrorMessage = refused.Message, Failure = refused.Failure };
        await EndAsync(turn, TurnRows.Failed(turn, refused.Message, Now), SessionStatus.Failed, result);
    }

    /// <summary>Ends a run whose message is not on disk: the one who asked gets the store's exception, and nobody an event.</summary>
    public static void NeverSeen(ActiveRun active) => active.Run.Complete(
        new RunResult { Status = RunStatus.Failed, ErrorMessage = "the message could not be stored" });

    /// <summary>Ends a run that the gateway stops while it waits. Its message stays where it is on disk: the next start gives it its place,
    /// behind what was said before it, and marks it, as after a crash.</summary>
    public async Task LeftAsync(ActiveRun active)
    {
        if (!await active.IsStoredAsync())
        {
            NeverSeen(active);
            return;
        }

        active.Publisher.Ended(new RunResult { Status = RunStatus.Aborted, StopReason = "shutdown", EndedAtMs = Now });
    }

    /// <summary>Ends a run that never got to its turn: it was aborted or superseded while it waited.</summary>
    public async Task WaitingEndedAsync(ActiveRun active, RunStatus status, string stopReason, bool closeInput)
    {
        if (!await active.IsStoredAsync())
        {
            NeverSeen(active);
            return;
        }

        try
        {
            await PlaceAsync(active);
            if (closeInput)
            {
                await runtime.Sessions.AppendAsync(
                    active.Run.SessionKey, [], new SessionUpdate { EndedRunIds = [active.Run.Id] }, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            Log.NotStored(_logger, exception, active.Run.Id);
        }

        active.Publisher.Ended(new RunResult { Status = status, StopReason = stopReason, EndedAtMs = Now });
    }

    private async Task EndAsync(Turn turn, TranscriptEntry? row, SessionStatus status, RunResult result)
    {
        Run run = turn.Active.Run;
        if (!await turn.Active.IsStoredAsync())
        {
            NeverSeen(turn.Active);
            return;
        }

        SessionUpdate update = new()
        {
            Status = status,
            Error = result.ErrorMessage,
            RunId = run.Id,
            StartedAtMs = run.StartedAtMs > 0 ? run.StartedAtMs : Now,
            EndedAtMs = result.EndedAtMs,
            AbortedLastRun = status is SessionStatus.Killed or SessionStatus.Timeout,
            ModelProvider = turn.Provider.Length > 0 ? turn.Provider : null,
            Model = turn.Model.Length > 0 ? turn.Model : null,
            TotalTokens = turn.LastUsage.TotalTokens > 0 ? turn.LastUsage.TotalTokens : null,
            ContextTokens = turn.Window,
            Unread = status == SessionStatus.Done ? true : null,
            Usage = turn.Usage.TotalTokens > 0 || turn.Worked > TimeSpan.Zero ? new RunUsage(run.Id, turn.Provider, turn.Model, turn.Usage, LocalWork(turn)) : null,
            EndedRunIds = [.. turn.Active.Collected.Select(collected => collected.Run.Id), run.Id],
        };
        try
        {
            await PlaceAsync(turn.Active); // its turn may have ended before the first call of a model
            IReadOnlyList<TranscriptEntry> stored = await runtime.Sessions.AppendAsync(
                run.SessionKey, row is null ? [] : [row], update, CancellationToken.None);
            if (row is not null)
            {
                turn.Publisher.EntryStored(stored[0]);
                result = result with { MessageId = stored[0].Id };
            }

            turn.Answered?.Invoke();
        }
        catch (Exception exception)
        {
            Log.NotStored(_logger, exception, run.Id);
            result = result with
            {
                Status = RunStatus.Failed,
                StopReason = "error",
                ErrorMessage = $"the answer could not be stored: {exception.Message}",
            };
        }

        if (result.Status is not (RunStatus.Aborted or RunStatus.TimedOut)) // those end in other words, in RunEndedEvent
        {
            turn.Publisher.Finishing(result.StopReason, result.ErrorMessage is null ? null : result);
            turn.Publisher.Model(null, null);
        }

        turn.Publisher.Ended(result);
    }

    private double LocalWork(Turn turn) =>
        turn.Provider.Length > 0 && runtime.Models.Catalog.Describe($"{turn.Provider}/{turn.Model}") is { Local: true } ? turn.Worked.TotalMilliseconds : 0;

    private RunResult Result(Turn turn, RunStatus status, string stopReason) => new()
    {
        Status = status,
        Text = turn.Publisher.ReadText(),
        Thinking = turn.Publisher.RunThinking,
        StopReason = stopReason,
        Usage = turn.Usage,
        LastUsage = turn.LastUsage,
        ModelCalls = turn.ModelCalls,
        Provider = turn.Provider,
        Model = turn.Model,
        Requested = turn.Requested,
        SuccessfulToolNames = turn.SuccessfulTools,
        EndedAtMs = Now,
    };

    private static partial class Log
    {
        [LoggerMessage(1811, LogLevel.Error, "The end of run {RunId} could not be stored.")]
        public static partial void NotStored(ILogger logger, Exception exception, string runId);
    }
}

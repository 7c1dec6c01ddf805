using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Live index of runs: admits turns, finds them, aborts and drains them. Thread-safe.</summary>
public sealed partial class RunRegistry : IAsyncDisposable
{
    private static readonly TimeSpan s_abortGrace = TimeSpan.FromSeconds(5); // guess: cancel, store, publish on a busy Pi

    private readonly AgentRuntime _runtime;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<ActiveRun> _active = [];
    private readonly Dictionary<string, ActiveRun> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<SessionKey, SessionLane> _lanes = [];
    private readonly EndedRuns _ended;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RunLoad _load = new();
    private readonly RunLanes _places;
    private readonly HistoryCache _histories;
    private readonly ContextParts _context;
    private readonly AgentLoop _loop;
    private readonly TurnEnd _end;
    private readonly LaneHost _host;
    private bool _draining;

    /// <summary>Creates an empty registry.</summary>
    public RunRegistry(AgentRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtime = runtime;
        Commands = new ChatCommands(runtime, this);
        Subagents = new SubagentDesk(runtime, this);
        _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");
        _ended = new EndedRuns(runtime.Time);
        _places = new RunLanes(runtime.Config);
        _histories = new HistoryCache(runtime.Time);
        _context = new ContextParts(
            new HistoryReader(runtime.Sessions, _histories), new ResultPruning(runtime.Time), new Compactor(runtime), new TokenCalibration(), IsActive);
        _loop = new AgentLoop(runtime, _load, _context,
            new SteeringInbox(HasSteers, TakeSteersAsync));
        _end = new TurnEnd(runtime);
        _host = new LaneHost(
            _gate, runtime.Time, lane => _lanes.Remove(lane.Key), Forget, RunAsync,
            CollectedAsync, _stopping.Token);
    }

    /// <summary>Commands in chat.</summary>
    public ChatCommands Commands { get; }

    /// <summary>How many turns of a lane run at once, as the configuration has it now.</summary>
    public int CapacityOf(string lane) => RunLanes.Capacity(_runtime.Config(), lane);

    internal AgentRuntime Runtime => _runtime;

    internal SubagentDesk Subagents { get; }

    /// <summary>Whether a sub-agent of that session has ended and its parent could not be told how.</summary>
    public bool HasUntold(SessionKey child) => Subagents.IsUntold(child);

    /// <summary>Tells that parent again, or gives it up; false while there is still no room. Throws what the store throws.</summary>
    public Task<bool> SettleUntoldAsync(SessionKey child, bool tell, CancellationToken cancellationToken) => Subagents.SettleAsync(child, tell, cancellationToken);

    /// <summary>Runs that wait or run now, oldest first.</summary>
    public IReadOnlyList<Run> Active
    {
        get
        {
            lock (_gate)
            {
                return [.. _active.Select(active => active.Run)];
            }
        }
    }

    /// <summary>Whether it admits nothing any more: the gateway stops.</summary>
    public bool IsDraining
    {
        get
        {
            lock (_gate)
            {
                return _draining;
            }
        }
    }

    /// <summary>Admits a turn. Returns after the user message is on disk; the run itself outlives the caller.
    /// The same run id answers with the same run for five minutes after its end. Throws what the store throws.</summary>
    public async ValueTask<RunAdmission> StartAsync(RunRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Known(request.RunId) is { } known)
        {
            return await AgainAsync(known, cancellationToken);
        }

        if (!_runtime.Agents().TryGet(request.SessionKey.AgentId, out AgentEntry? agent))
        {
            return new RunAdmission(RunAdmissionStatus.UnknownAgent, null);
        }

        SessionRow? row = _runtime.Sessions.Find(request.SessionKey);
        if (row is not null && RunHistory.FindEnded(_runtime.Sessions, request) is { } before)
        {
            return new RunAdmission(RunAdmissionStatus.Finished, before);
        }

        if (_runtime.Leaving())
        {
            return new RunAdmission(RunAdmissionStatus.Draining, null, _runtime.RetryAfter);
        }

        if (_runtime.Overloaded())
        {
            return new RunAdmission(RunAdmissionStatus.Overloaded, null, MemoryPressure.RetryAfter);
        }

        QueueConfig queue = QueueWishes.Of(row, _runtime.Config().Messages.Queue);
        LaneAdmission admission = Admit(request, agent, QueueModes.For(request, row, queue), queue, row?.SessionId ?? "");
        if (admission.Active is not { } active)
        {
            return admission.Status == RunAdmissionStatus.InFlight
                ? await StartAsync(request, cancellationToken)
                : new RunAdmission(admission.Status, null, _runtime.RetryAfter);
        }

        admission.Interrupted?.Stop("interrupt");
        if (admission.Dropped is { } dropped)
        {
            await EndWaitingAsync(dropped, RunStatus.Aborted, "dropped");
            await _runtime.Sessions.AssignAsync(
                request.SessionKey, dropped.UserEntry.Id, null, queue.Drop is "old" ? SessionStore.DroppedReason : SessionStore.OverflowReason,
                CancellationToken.None);
        }

        await active.Stored.WaitAsync(cancellationToken);
        if (admission.Busy)
        {
            active.Publisher.Accepted();
            if (admission.Interrupted is null)
            {
                active.PublishQueued("waits for the turn before it", PositionOf(active));
            }
        }

        if (admission.Interrupted is { } interrupted)
        {
            await EndsWithinAsync(interrupted.Run.Completion, s_abortGrace);
        }

        return new RunAdmission(RunAdmissionStatus.Started, active.Run) { Interrupted = admission.Interrupted is not null };
    }

    /// <summary>Starts a session over whose conversation is over by <c>session.reset</c>, unless a turn of it runs or waits: what is asked
    /// of it next, a command, is about the new one. Throws what the store throws.</summary>
    /// <returns>Whether it was over.</returns>
    public async ValueTask<bool> ExpireAsync(SessionKey key, string source, CancellationToken cancellationToken)
    {
        if (ExpiryOf(key, source) is not { } expiry || ActiveFor(key) is not null || _runtime.Sessions.Find(key) is null)
        {
            return false;
        }

        await _runtime.Sessions.AppendAsync(key, [], new SessionUpdate { Expiry = expiry }, cancellationToken);
        if (expiry.Applied is null)
        {
            return false;
        }

        _runtime.Notes?.Forget(key);
        return true;
    }

    /// <summary>What takes up the model's window in the session's next turn, for a person.</summary>
    /// <param name="key">The session.</param>
    /// <param name="detail">Whether every tool gets a line.</param>
    public string DescribeContext(SessionKey key, bool detail) => _runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent)
        ? _loop.DescribeContext(key, agent, detail)
        : $"there is no agent {key.AgentId}";

    /// <summary>Puts a summary in the place of the older part of a session's history; the rows stay on disk. A turn that runs goes on, and
    /// its rows stay. Throws what the store throws.</summary>
    /// <param name="key">The session.</param>
    /// <param name="focus">What the summary should look at above all; null for everything.</param>
    /// <param name="cancellationToken">Gives up; then nothing is changed.</param>
    public async Task<CompactionOutcome> CompactAsync(SessionKey key, string? focus, CancellationToken cancellationToken) =>
        _runtime.Sessions.Find(key) is null ? new CompactionOutcome(false, "no transcript")
        : _runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent) ? await _loop.CompactAsync(key, agent, focus, cancellationToken)
        : new CompactionOutcome(false, $"there is no agent {key.AgentId}");

    /// <summary>How full the model's window was before the session's last turn; null when it had none since the start, or was emptied.</summary>
    public ContextReport? ContextOf(SessionRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _context.Reports.Find(row.Key) is { } report && report.Revision == row.HistoryRevision ? report : null;
    }

    /// <summary>Finds a run that is active or ended within the last five minutes.</summary>
    public Run? Find(string runId)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(runId, out ActiveRun? active) ? active.Run : _ended.Find(runId);
        }
    }

    /// <summary>The run that the session executes now, else the oldest that waits; null when idle.</summary>
    public Run? ActiveFor(SessionKey key)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(key, out SessionLane? lane)
                ? (lane.Running is { Run.IsOver: false } running ? running : lane.Waiting.Count > 0 ? lane.Waiting[0] : null)?.Run
                : null;
        }
    }

    /// <summary>Messages that were accepted and have no place in the session's history yet, oldest first.</summary>
    public IReadOnlyList<TranscriptEntry> WaitingFor(SessionKey key)
    {
        List<TranscriptEntry> waiting = [];
        lock (_gate)
        {
            foreach (ActiveRun active in _active)
            {
                if (active.Run.SessionKey == key && active.Unplaced is { } message)
                {
                    waiting.Add(message);
                }
            }
        }

        return waiting;
    }

    /// <summary>Aborts one run of the session, or all of them. Completes when their ends were published.</summary>
    /// <param name="key">Session.</param>
    /// <param name="runId">Run to abort; null for every run of the session, waiting ones too.</param>
    /// <param name="origin"><c>rpc</c>, <c>timeout</c>, <c>shutdown</c> or <c>disconnect</c>.</param>
    /// <returns>Ids of the runs that were aborted.</returns>
    public async Task<IReadOnlyList<string>> AbortAsync(SessionKey key, string? runId, string origin)
    {
        List<ActiveRun> waiting = [];
        List<ActiveRun> targets;
        lock (_gate)
        {
            if (!_lanes.TryGetValue(key, out SessionLane? lane))
            {
                return [];
            }

            waiting.AddRange(lane.Waiting.Where(active => runId is null || active.Run.Id == runId));
            waiting.ForEach(active => lane.Remove(active));
            targets = [.. waiting];
            if (lane.Running is { } running && (runId is null || running.Run.Id == runId))
            {
                targets.Insert(0, running);
            }
        }

        foreach (ActiveRun active in targets)
        {
            active.Stop(origin);
        }

        foreach (ActiveRun active in waiting)
        {
            await EndWaitingAsync(active, RunStatus.Aborted, origin);
        }

        await Task.WhenAll(targets.Select(active => active.Run.Completion));
        return [.. targets.Select(active => active.Run.Id)];
    }

    /// <summary>Tells sessions of sub-agents that the last process left at work. To be called once, when runs can start.</summary>
    public Task RecoverSubagentsAsync(CancellationToken cancellationToken) => Subagents.RecoverAsync(cancellationToken);

    /// <summary>Refuses new runs, waits for running ones, and aborts those that outlast the budget; their partial answers
    /// are stored as interrupted. Completes when nothing runs, or five seconds after the budget.</summary>
    public async Task DrainAsync(TimeSpan budget)
    {
        List<ActiveRun> waiting = [];
        List<ActiveRun> running;
        lock (_gate)
        {
            _draining = true;
            foreach (SessionLane lane in _lanes.Values)
            {
                waiting.AddRange(lane.Waiting);
            }

            waiting.ForEach(active => _lanes[active.Run.SessionKey].Remove(active));
            running = [.. _active.Except(waiting)];
        }

        foreach (ActiveRun active in waiting)
        {
            active.Stop("shutdown");
            await _end.LeftAsync(active);
            Forget(active);
        }

        Task ended = Task.WhenAll(running.Select(active => active.Run.Completion));
        if (await EndsWithinAsync(ended, budget))
        {
            return;
        }

        running.ForEach(active => active.Stop("shutdown"));
        if (!await EndsWithinAsync(ended, s_abortGrace))
        {
            Log.StillRunning(_logger, running.Count(active => !active.Run.Completion.IsCompleted));
        }
    }

    /// <summary>Aborts everything and waits for it, for five seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(TimeSpan.Zero);
        await _stopping.CancelAsync();
        Task[] loops;
        lock (_gate)
        {
            loops = [.. _lanes.Values.Select(lane => lane.Loop)];
        }

        await EndsWithinAsync(Task.WhenAll(loops), s_abortGrace);
        await EndsWithinAsync(Subagents.CloseAsync(), s_abortGrace);
        _stopping.Dispose();
        _histories.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1821, LogLevel.Warning, "{Count} runs did not stop in time; their answers are marked at the next start.")]
        public static partial void StillRunning(ILogger logger, int count);
    }
}

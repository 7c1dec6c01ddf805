using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <content>Queues: who is let in, who is dropped, who runs.</content>
public sealed partial class RunRegistry
{
    // One that is over has all its rows on disk, a moment before it leaves the lists.
    private bool IsActive(string runId)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(runId, out ActiveRun? active) && !active.Run.IsOver;
        }
    }

    private object? Known(string runId)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(runId, out ActiveRun? active) ? active : _ended.Find(runId);
        }
    }

    private static async ValueTask<RunAdmission> AgainAsync(object known, CancellationToken cancellationToken)
    {
        if (known is not ActiveRun active)
        {
            return new RunAdmission(RunAdmissionStatus.Finished, (Run)known);
        }

        await active.Stored.WaitAsync(cancellationToken);
        return new RunAdmission(RunAdmissionStatus.InFlight, active.Run);
    }

    private ActiveRun Create(RunRequest request, AgentEntry agent, QueueMode mode, string sessionId, bool busy)
    {
        long nowMs = _runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Run run = new(request, nowMs) { SessionId = sessionId };
        RunPublisher publisher = new(run, _runtime.Events, _runtime.Time, _load);
        return new ActiveRun(run, agent, mode, TurnRows.User(request, nowMs), publisher)
        {
            ArrivedAt = _runtime.Time.GetTimestamp(),
            HadToWait = busy,
        };
    }

    private LaneAdmission Admit(RunRequest request, AgentEntry agent, QueueMode mode, QueueConfig queue, string sessionId)
    {
        SessionKey key = request.SessionKey;
        lock (_gate)
        {
            if (_draining)
            {
                return new LaneAdmission(RunAdmissionStatus.Draining);
            }

            if (_byId.ContainsKey(request.RunId))
            {
                return new LaneAdmission(RunAdmissionStatus.InFlight);
            }

            bool known = _lanes.TryGetValue(key, out SessionLane? lane);
            bool busy = known && lane!.IsBusy;
            ActiveRun? dropped = null;
            if (known && lane!.Waiting.Count >= Math.Max(1, queue.Cap))
            {
                dropped = queue.Drop is "new" ? null : QueueModes.Droppable(lane.Waiting);
                if (dropped is null)
                {
                    return new LaneAdmission(RunAdmissionStatus.LaneFull);
                }

                lane.Remove(dropped);
            }

            lane ??= new SessionLane(key, _host);
            ActiveRun active = Create(request, agent, mode, sessionId, busy);
            active.DebounceMs = queue.DebounceMs;
            _active.Add(active);
            _byId.Add(active.Run.Id, active);
            active.Stored = StoreAsync(active, busy);
            lane.Add(active);
            if (!known)
            {
                _lanes.Add(key, lane);
                lane.Start();
            }

            ActiveRun? interrupted = mode == QueueMode.Interrupt && lane.Running is { Run.IsOver: false } running ? running : null;
            return new LaneAdmission(RunAdmissionStatus.Started, active, busy, dropped, interrupted);
        }
    }

    // Called under the lock, so that messages are stored in the order of the queue; what follows the first await is not.
    private async Task<TranscriptEntry> StoreAsync(ActiveRun active, bool busy)
    {
        Run run = active.Run;
        bool person = run.Request is { Origin: null, Source: not ("cron" or "heartbeat" or "subagent") };
        SessionExpiry? expiry = busy || !person ? null : ExpiryOf(run.SessionKey, run.Request.Source);
        active.MayStartOver = expiry is not null;
        SessionUpdate update = new()
        {
            Expiry = expiry,
            Status = busy ? null : SessionStatus.Running,
            RunId = busy ? null : run.Id,
            StartedAtMs = busy ? null : run.AcceptedAtMs,
            Interaction = person,
            Participant = run.Request.Client?.Id,
            AcceptedInput = new PendingInput(run.SessionKey, run.Id, run.Request.Source, run.AcceptedAtMs, busy ? active.UserEntry : null),
        };
        IReadOnlyList<TranscriptEntry> stored = await _runtime.Sessions.AppendAsync(
            run.SessionKey, busy ? [] : [active.UserEntry], update, CancellationToken.None);
        if (busy)
        {
            return active.UserEntry; // it has its place when its turn begins: behind the answers that come before it
        }

        if (expiry?.Applied is { } reason)
        {
            _runtime.Notes?.Forget(run.SessionKey);
            active.Publisher.StartedOver(reason);
        }

        return stored[0];
    }

    private SessionExpiry? ExpiryOf(SessionKey key, string source) =>
        SessionResets.Of(_runtime.Config().Session, key, source == "chat" ? "webchat" : source, _runtime.Time);

    private int PositionOf(ActiveRun active)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(active.Run.SessionKey, out SessionLane? lane)
                ? Math.Max(1, lane.Waiting.TakeWhile(other => other != active).Count() + (lane.Running is null ? 0 : 1))
                : 1;
        }
    }

    private async Task RunAsync(ActiveRun active)
    {
        using RunSlots.Ticket ticket = _places.Enter(active.Run.Request).Take(position => QueuedForSlot(active, position), _places.Leave);
        try
        {
            await ticket.Granted.WaitAsync(active.Stopped);
        }
        catch (OperationCanceledException)
        {
            await (active.StopOrigin == "shutdown"
                ? _end.LeftAsync(active)
                : _end.WaitingEndedAsync(active, RunStatus.Aborted, active.StopOrigin ?? "rpc", closeInput: true));
            return;
        }

        await _loop.RunAsync(active);
    }

    private static void QueuedForSlot(ActiveRun active, int position)
    {
        if (active.Stored.IsCompletedSuccessfully)
        {
            active.PublishQueued("waits for another session's turn", position);
        }
    }

    private bool HasSteers(ActiveRun running)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(running.Run.SessionKey, out SessionLane? lane) && lane.Running == running && lane.Steers.Any();
        }
    }

    private async Task<IReadOnlyList<ActiveRun>> TakeSteersAsync(ActiveRun running, Func<Task>? first)
    {
        List<ActiveRun> steers;
        lock (_gate)
        {
            steers = _lanes.TryGetValue(running.Run.SessionKey, out SessionLane? lane) && lane.Running == running ? lane.TakeSteers() : [];
            running.Collected = [.. running.Collected, .. steers];
            running.Steered = [.. running.Steered, .. steers];
        }

        List<ActiveRun> stored = [];
        try
        {
            foreach (ActiveRun steer in steers)
            {
                if (await steer.IsStoredAsync())
                {
                    stored.Add(steer);
                }
            }

            if (stored.Count > 0 && first is not null)
            {
                await first();
            }

            foreach (ActiveRun steer in stored)
            {
                await _end.PlaceAsync(steer, running.Run.Id);
            }
        }
        finally
        {
            foreach (ActiveRun steer in steers) // nobody else knows them any more
            {
                await _end.WaitingEndedAsync(steer, RunStatus.Done, "steered", closeInput: false);
                Forget(steer);
            }
        }

        return stored;
    }

    // Its input is closed in the transaction of the turn that answers it.
    private async Task CollectedAsync(ActiveRun active)
    {
        await _end.WaitingEndedAsync(active, RunStatus.Done, "collected", closeInput: false);
        Forget(active);
    }

    private async Task EndWaitingAsync(ActiveRun active, RunStatus status, string stopReason)
    {
        await _end.WaitingEndedAsync(active, status, stopReason, closeInput: true);
        Forget(active);
    }

    private void Forget(ActiveRun active)
    {
        lock (_gate)
        {
            _active.Remove(active);
            if (_byId.Remove(active.Run.Id) && active.Stored.IsCompletedSuccessfully)
            {
                _ended.Add(active.Run); // a run whose message was not stored may be asked for again
            }
        }

        active.Dispose();
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan budget)
    {
        try
        {
            await ended.WaitAsync(budget, _runtime.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

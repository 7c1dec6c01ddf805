using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>The runs of one session, one at a time: one loop over one bounded queue, made when the first run comes and gone
/// when none is left. The registry's lock guards the queue.</summary>
internal sealed class SessionLane(SessionKey key, LaneHost host)
{
    private readonly List<ActiveRun> _waiting = [];

    /// <summary>The session.</summary>
    public SessionKey Key { get; } = key;

    /// <summary>The run that has the session now.</summary>
    public ActiveRun? Running { get; private set; }

    /// <summary>Runs that wait, next first.</summary>
    public IReadOnlyList<ActiveRun> Waiting => _waiting;

    /// <summary>The loop; completed when the lane is gone.</summary>
    public Task Loop { get; private set; } = Task.CompletedTask;

    /// <summary>Whether a message that comes now must wait; under the registry's lock.</summary>
    public bool IsBusy => _waiting.Count > 0 || Running is { Run.IsOver: false };

    /// <summary>Messages at the head of the queue that may join the running turn; under the registry's lock.</summary>
    public IEnumerable<ActiveRun> Steers => Running is not { } running
        ? []
        : _waiting.TakeWhile(waiting => waiting.Mode == QueueMode.Steer && Joins(waiting, waiting)
            && waiting.Run.Request.Model == running.Run.Request.Model && waiting.Run.Request.Think == running.Run.Request.Think
            && waiting.Run.Request.ExtraSystemPrompt == running.Run.Request.ExtraSystemPrompt && MaySameAs(waiting, running));

    /// <summary>Queues a run; under the registry's lock.</summary>
    public void Add(ActiveRun run)
    {
        if (run.Mode == QueueMode.Interrupt)
        {
            _waiting.Insert(0, run);
        }
        else
        {
            _waiting.Add(run);
        }
    }

    /// <summary>Takes a waiting run out; under the registry's lock.</summary>
    public bool Remove(ActiveRun run) => _waiting.Remove(run);

    /// <summary>Starts the loop; once.</summary>
    public void Start() => Loop = Task.Run(LoopAsync);

    private async Task LoopAsync()
    {
        while (true)
        {
            TimeSpan quiet;
            List<ActiveRun> batch;
            lock (host.Gate)
            {
                if (_waiting.Count == 0)
                {
                    host.Drop(this);
                    return;
                }

                quiet = QuietTime();
                batch = quiet > TimeSpan.Zero ? [] : TakeNext();
            }

            if (batch.Count == 0)
            {
                await WaitAsync(quiet);
                continue;
            }

            ActiveRun leader = batch[^1];
            leader.Collected = batch[..^1];
            foreach (ActiveRun collected in leader.Collected)
            {
                await host.CollectedAsync(collected);
            }

            await host.RunAsync(leader);
            lock (host.Gate)
            {
                Running = null;
            }

            host.Forget(leader);
        }
    }

    private async Task WaitAsync(TimeSpan quiet)
    {
        try
        {
            await Task.Delay(quiet, host.Time, host.Stopping);
        }
        catch (OperationCanceledException)
        {
            // stopping: whatever still waits is taken at once
        }
    }

    private TimeSpan QuietTime()
    {
        if (_waiting[0] is not { Mode: QueueMode.Collect or QueueMode.Steer, HadToWait: true } || host.Stopping.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }

        return TimeSpan.FromMilliseconds(_waiting[^1].DebounceMs) - host.Time.GetElapsedTime(_waiting[^1].ArrivedAt);
    }

    // The first waiting run, and with it those behind it that may be answered together.
    private List<ActiveRun> TakeNext()
    {
        int count = 1;
        while (count < _waiting.Count && Joins(_waiting[count - 1], _waiting[count]))
        {
            count++;
        }

        List<ActiveRun> batch = _waiting.GetRange(0, count);
        _waiting.RemoveRange(0, count);
        Running = batch[^1];
        return batch;
    }

    /// <summary>Takes out the messages that join the running turn; under the registry's lock.</summary>
    public List<ActiveRun> TakeSteers()
    {
        List<ActiveRun> steers = [.. Steers];
        _waiting.RemoveRange(0, steers.Count);
        return steers;
    }

    // Nobody's words join a turn whose commands may do what theirs may not.
    private static bool MaySameAs(ActiveRun left, ActiveRun right) =>
        left.Run.Request.Sender == right.Run.Request.Sender && left.Run.Request.Elevated == right.Run.Request.Elevated;

    private static bool Joins(ActiveRun left, ActiveRun right)
    {
        RunRequest one = left.Run.Request;
        RunRequest other = right.Run.Request;
        return left.Mode is QueueMode.Collect or QueueMode.Steer && right.Mode is QueueMode.Collect or QueueMode.Steer
            && one.Source == other.Source && one.Model == other.Model && one.Think == other.Think
            && one.ExtraSystemPrompt == other.ExtraSystemPrompt && MaySameAs(left, right)
            && one.ClientTools.Count == 0 && other.ClientTools.Count == 0
            && one.PriorMessages.Count == 0 && other.PriorMessages.Count == 0;
    }
}

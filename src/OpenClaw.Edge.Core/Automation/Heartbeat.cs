using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Automation;

/// <summary>Lets agents look at what waits for them: in their rhythm, and when something wakes them. One loop owns it; a session has one
/// such turn at a time, and wakes that come meanwhile share the next. Thread-safe.</summary>
public sealed partial class Heartbeat : IAsyncDisposable
{
    private const int QueueCapacity = 256;
    private const int MaxStarts = 5; // in a minute, of one session

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopGrace = TimeSpan.FromSeconds(5); // guess: as runs have

    private readonly HeartbeatTurn _turn;
    private readonly Func<EdgeConfig> _config;
    private readonly Func<AgentCatalog> _agents;
    private readonly TimeProvider _time;
    private readonly Channel<Action> _commands = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Dictionary<string, (TimeSpan Every, long NextMs)> _due = new(StringComparer.Ordinal);
    private readonly Dictionary<SessionKey, Task> _running = [];
    private readonly Dictionary<SessionKey, List<HeartbeatWake>> _waiting = [];
    private readonly Dictionary<SessionKey, Queue<long>> _starts = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private Action<HeartbeatEvent>[] _listeners = [];
    private volatile HeartbeatEvent? _last;
    private volatile bool _paused;
    private Task _loop = Task.CompletedTask;

    /// <summary>Creates one that does not beat yet.</summary>
    /// <param name="runs">Runs the turns.</param>
    /// <param name="sessions">Where sessions are reset that start without history.</param>
    /// <param name="notes">What waits for agents.</param>
    /// <param name="config">The configuration in force.</param>
    /// <param name="agents">The agents in force.</param>
    /// <param name="time">Clock, with the zone of this machine.</param>
    /// <param name="logger">For beats that fail.</param>
    public Heartbeat(
        RunRegistry runs, SessionStore sessions, SystemEvents notes, Func<EdgeConfig> config, Func<AgentCatalog> agents, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_config, _agents, _time, Notes) = (config, agents, time, notes);
        _turn = new HeartbeatTurn(runs, sessions, notes, config, agents, time, logger);
        _timer = time.CreateTimer(_ => Poke(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What waits for agents.</summary>
    public SystemEvents Notes { get; }

    /// <summary>How the last one ended; null when there was none.</summary>
    public HeartbeatEvent? Last => _last;

    /// <summary>Whether anything wakes agents; switched by <c>set-heartbeats</c>, on at every start.</summary>
    public bool IsEnabled
    {
        get => !_paused;
        set => _paused = !value;
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts the loop; the first beat of an agent comes after its interval.</summary>
    public void Start() => _loop = LoopAsync(); // the first plan is made before this returns

    /// <summary>Looks at the configuration again.</summary>
    public void Reschedule() => Poke();

    /// <summary>Adds a listener; it must not block.</summary>
    public void Listen(Action<HeartbeatEvent> listener) => _listeners = [.. _listeners, listener];

    /// <summary>Leaves a note for an agent's session and, if wanted, wakes the agent for it.</summary>
    /// <returns>False when the newest note there says the same already.</returns>
    public bool Note(SessionKey key, string text, string source, bool now, bool isForeign = false)
    {
        bool added = Notes.Add(key, text, source, isForeign);
        if (now)
        {
            Post(new HeartbeatWake(key, source));
        }

        return added;
    }

    /// <summary>Wakes an agent and waits for the end of its turn. Throws <see cref="OperationCanceledException"/> only.</summary>
    public async Task<HeartbeatOutcome> WakeAsync(HeartbeatWake wake, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wake);
        TaskCompletionSource<HeartbeatOutcome> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return Post(wake with { Done = done })
            ? await done.Task.WaitAsync(cancellationToken)
            : HeartbeatOutcome.Skipped("queue-full");
    }

    /// <summary>Starts no turn any more and waits for those under way, for five seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _commands.Writer.TryComplete();
        await _loop;
        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(s_stopGrace, _time);
        }
        catch (TimeoutException)
        {
            // its run is aborted with all others
        }

        await _timer.DisposeAsync();
        _stopping.Dispose();
    }

    private void Poke() => _commands.Writer.TryWrite(static () => { });

    private bool Post(HeartbeatWake wake) => _commands.Writer.TryWrite(() => Take(wake));

    private async Task LoopAsync()
    {
        try
        {
            do
            {
                while (_commands.Reader.TryRead(out Action? command))
                {
                    command();
                }

                Tick();
            }
            while (await _commands.Reader.WaitToReadAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            foreach (HeartbeatWake wake in _waiting.Values.SelectMany(list => list))
            {
                wake.Done?.TrySetResult(HeartbeatOutcome.Skipped("stopping"));
            }
        }
    }

    private void Take(HeartbeatWake wake)
    {
        if (!_waiting.TryGetValue(wake.Key, out List<HeartbeatWake>? list))
        {
            _waiting[wake.Key] = list = [];
        }

        if (list.Count < QueueCapacity)
        {
            list.Add(wake);
        }
        else
        {
            wake.Done?.TrySetResult(HeartbeatOutcome.Skipped("queue-full"));
        }
    }

    private void Tick()
    {
        long now = NowMs;
        long next = long.MaxValue;
        IReadOnlyList<(string AgentId, HeartbeatConfig Config)> plan = HeartbeatPlan.Of(_config(), _agents());
        foreach ((string agentId, HeartbeatConfig beat) in plan)
        {
            TimeSpan every = beat.Every!.Value;
            long step = Math.Max(1_000, (long)every.TotalMilliseconds);
            (TimeSpan Every, long NextMs) due = _due.TryGetValue(agentId, out (TimeSpan Every, long NextMs) known) && known.Every == every
                ? known
                : (every, now + step);
            if (due.NextMs <= now)
            {
                Take(new HeartbeatWake(SessionKey.Main(agentId), "heartbeat"));
                due.NextMs += ((now - due.NextMs) / step * step) + step; // a machine that slept does not catch up
            }

            _due[agentId] = due;
            next = Math.Min(next, due.NextMs);
        }

        foreach (string gone in _due.Keys.Where(id => plan.All(one => one.AgentId != id)).ToArray())
        {
            _due.Remove(gone);
        }

        Arm(next, now); // before a turn starts: it may be over, and the clock moved on, when this thread runs again
        if (StartWaiting(now) is var sooner && sooner < next)
        {
            Arm(sooner, now);
        }
    }

    private void Arm(long next, long now) => _timer.Change(
        next == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Clamp(next - now, 1, 60_000)), Timeout.InfiniteTimeSpan);

    // Five turns in a minute are a flood: what wakes an agent more often waits.
    private long StartWaiting(long now)
    {
        long next = long.MaxValue;
        foreach ((SessionKey key, List<HeartbeatWake> wakes) in _waiting.ToArray())
        {
            if (_running.ContainsKey(key))
            {
                continue;
            }

            Queue<long> starts = Starts(key, now);
            if (starts.Count >= MaxStarts)
            {
                next = Math.Min(next, starts.Peek() + (long)s_window.TotalMilliseconds);
                continue;
            }

            starts.Enqueue(now);
            _waiting.Remove(key);
            _running[key] = Task.Run(() => BeatAsync(key, wakes), CancellationToken.None);
        }

        return next;
    }

    private Queue<long> Starts(SessionKey key, long now)
    {
        long old = now - (long)s_window.TotalMilliseconds;
        foreach ((SessionKey other, Queue<long> past) in new List<KeyValuePair<SessionKey, Queue<long>>>(_starts))
        {
            while (past.Count > 0 && past.Peek() <= old)
            {
                past.Dequeue();
            }

            if (past.Count == 0)
            {
                _starts.Remove(other);
            }
        }

        if (!_starts.TryGetValue(key, out Queue<long>? starts))
        {
            _starts[key] = starts = [];
        }

        return starts;
    }

    private async Task BeatAsync(SessionKey key, List<HeartbeatWake> wakes)
    {
        HeartbeatOutcome outcome;
        try
        {
            outcome = _paused ? HeartbeatOutcome.Skipped("disabled") : await _turn.RunAsync(key, wakes, Tell, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            outcome = HeartbeatOutcome.Skipped("stopping");
        }

        foreach (HeartbeatWake wake in wakes)
        {
            wake.Done?.TrySetResult(outcome);
        }

        try
        {
            await _commands.Writer.WriteAsync(() => _running.Remove(key), _stopping.Token);
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ChannelClosedException)
        {
            // nothing starts any more
        }
    }

    private void Tell(HeartbeatEvent told)
    {
        _last = told;
        foreach (Action<HeartbeatEvent> listener in Volatile.Read(ref _listeners))
        {
            listener(told);
        }
    }
}

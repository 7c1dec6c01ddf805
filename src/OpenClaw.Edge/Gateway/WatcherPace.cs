namespace OpenClaw.Edge.Gateway;

/// <summary>The clock of those who watch runs that others started, while a crowd is connected: text goes to them in steps, each
/// with all that came since the last. It sleeps while nothing waits. Thread-safe.</summary>
internal sealed class WatcherPace : IDisposable
{
    /// <summary>Time between two steps: the original's pace of live text (2026.9.6).</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(75);

    /// <summary>Longest time between two steps, when very many watch very many runs.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(500);

    private const int UpdatesOfAStep = 2048; // guess: what two slow processors put out in a part of a step

    private readonly Action _release;
    private readonly ITimer _timer;
    private int _awake;

    /// <summary>Creates a sleeping clock.</summary>
    /// <param name="release">Sends all that waits.</param>
    /// <param name="time">Clock.</param>
    public WatcherPace(Action release, TimeProvider time)
    {
        _release = release;
        _timer = time.CreateTimer(_ => Strike(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something waits: releases it one step later, at most.</summary>
    /// <param name="runs">Runs with text.</param>
    /// <param name="watchers">Connections that see them.</param>
    public void Wake(int runs, int watchers)
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0)
        {
            _timer.Change(StepOf(runs, watchers), Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    /// <summary>Time until the next step.</summary>
    internal static TimeSpan StepOf(int runs, int watchers)
    {
        double load = (double)runs * watchers / UpdatesOfAStep;
        return load <= 1 ? Step : Step * load < LongestStep ? Step * load : LongestStep;
    }

    private void Strike()
    {
        Volatile.Write(ref _awake, 0); // what comes from here on waits for the next step
        _release();
    }
}

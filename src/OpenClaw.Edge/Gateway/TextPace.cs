namespace OpenClaw.Edge.Gateway;

/// <summary>The clock of text that waits a moment to be sent together with what comes after it. It strikes once, a step after it was woken,
/// and sleeps while nothing waits. Thread-safe.</summary>
internal sealed class TextPace : IDisposable
{
    /// <summary>Time between two updates of one run for those who get every piece. People see no difference to each token at once, and a
    /// model on this box makes none sooner; but each update carries the whole text so far, so that a fast server's thousand
    /// updates a second would be mostly repetition.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(5); // guess

    /// <summary>Time between two updates for those who watch runs that others started, while a crowd is connected: the original's pace of
    /// live text (2026.9.6).</summary>
    public static readonly TimeSpan Watching = TimeSpan.FromMilliseconds(75);

    /// <summary>Longest time between two of those, when very many watch very many runs.</summary>
    public static readonly TimeSpan LongestWatching = TimeSpan.FromMilliseconds(500);

    private const int UpdatesOfAStep = 2048; // guess: what two slow processors put out in a part of a step

    private readonly Action _release;
    private readonly ITimer _timer;
    private int _awake;

    /// <summary>Creates a sleeping clock.</summary>
    /// <param name="release">Sends all that waits.</param>
    /// <param name="time">Clock.</param>
    public TextPace(Action release, TimeProvider time)
    {
        _release = release;
        _timer = time.CreateTimer(_ => Strike(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it will strike.</summary>
    public bool IsAwake => Volatile.Read(ref _awake) != 0;

    /// <summary>Something waits: releases it after this time, or sooner if it is awake already.</summary>
    public void Wake(TimeSpan step)
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0)
        {
            _timer.Change(step, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    /// <summary>Time until watchers get what waits.</summary>
    /// <param name="runs">Runs with text.</param>
    /// <param name="watchers">Connections that see them.</param>
    public static TimeSpan WatchingStepOf(int runs, int watchers)
    {
        double load = (double)runs * watchers / UpdatesOfAStep;
        return load <= 1 ? Watching : Watching * load < LongestWatching ? Watching * load : LongestWatching;
    }

    private void Strike()
    {
        Volatile.Write(ref _awake, 0); // what comes from here on waits for the next step
        _release();
    }
}

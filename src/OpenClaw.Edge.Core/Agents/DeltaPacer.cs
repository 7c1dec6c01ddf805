namespace OpenClaw.Edge.Agents;

/// <summary>Decides when text goes out: at once while frames are cheap, and merged for up to 75 ms when all frames of all
/// runs to all listeners would be more than a small box can copy; for up to 250 ms when even that pace would be far too much
/// (a hundred runs before a hundred listeners). Not thread-safe; the publisher locks around it.</summary>
internal sealed class DeltaPacer : IDisposable
{
    /// <summary>Longest wait, which is the pace of the original, of a gateway that can keep it.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(75);

    /// <summary>Longest wait of one that cannot: queues would merge what comes sooner anyway, and hold it till then.</summary>
    public static readonly TimeSpan MaxOverloadedWait = TimeSpan.FromMilliseconds(250);

    private const int OverloadedTimes = 4; // guess: how often MaxWait must be too short before it is left

    private const double BytesPerSecond = 50_000_000; // guess: a tenth of what one core of a Raspberry Pi 4 copies to sockets
    private const int FrameOverheadBytes = 512; // two frames' worth of ids, names and braces

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _lastOut;
    private bool _any;
    private bool _armed;

    /// <summary>Creates a pacer. <paramref name="flush"/> is called from a timer thread when waiting text is due.</summary>
    public DeltaPacer(TimeProvider time, Action flush)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((Action)state!)(), flush, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How far apart frames must be.</summary>
    /// <param name="textBytes">Escaped bytes of the whole run, which each of two frames repeats.</param>
    /// <param name="audience">Connections that see the frames.</param>
    /// <param name="runs">Runs that stream now.</param>
    public static TimeSpan Interval(long textBytes, int audience, int runs)
    {
        double bytes = ((2.0 * textBytes) + FrameOverheadBytes) * Math.Max(1, audience) * Math.Max(1, runs);
        double seconds = bytes / BytesPerSecond;
        double longest = Math.Clamp(seconds / OverloadedTimes, MaxWait.TotalSeconds, MaxOverloadedWait.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Min(seconds, longest));
    }

    /// <summary>Whether pending text may go out now; if not, the flush is scheduled.</summary>
    public bool MayPass(long textBytes, int audience, int runs)
    {
        if (!_any)
        {
            return true; // the first token never waits
        }

        TimeSpan interval = Interval(textBytes, audience, runs);
        TimeSpan since = _time.GetElapsedTime(_lastOut);
        if (since >= interval)
        {
            return true;
        }

        if (!_armed)
        {
            _armed = true;
            // Timers tick in milliseconds; rounding up keeps a 0.1 ms wait from becoming a spin.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((interval - since).TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }

        return false;
    }

    /// <summary>Notes that text went out.</summary>
    public void Passed()
    {
        _lastOut = _time.GetTimestamp();
        _any = true;
    }

    /// <summary>Notes that the scheduled flush has come.</summary>
    public void Disarm() => _armed = false;

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();
}

namespace OpenClaw.Edge.Platform;

/// <summary>Whether memory is so short that new work would make the kernel end the gateway or somebody else. Looked at when work arrives, at most
/// once a second; while it is short, every second until it is not. Idle it costs nothing. Thread-safe.</summary>
public sealed class MemoryPressure : IDisposable
{
    // 3 %, but what a burst of turns takes on the smallest box, and no more than matters on a large one. Measured: 8 turns at once took 20 MB.
    private const long LeastRoom = 16L << 20;
    private const long MostRoom = 64L << 20;

    // All tasks of the group stood still for memory 40 % of the last ten seconds. guess: a healthy box shows 0, a thrashing one 60 and more.
    private const double StalledTooMuch = 40;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenReliefs = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Func<MachineMemory?> _read;
    private readonly Action _relieve;
    private readonly TimeProvider _time;
    private readonly ITimer _again;
    private MachineMemory? _memory;
    private long _readAt;
    private long _relievedAt;
    private bool _short;
    private long _refused;

    /// <summary>Makes a watch that has not looked yet.</summary>
    /// <param name="read">Reads the memory.</param>
    /// <param name="relieve">Gives back what the process itself can spare; tried before anything is refused.</param>
    /// <param name="time">Clock.</param>
    public MemoryPressure(Func<MachineMemory?> read, Action relieve, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _read = read;
        _relieve = relieve;
        _time = time;
        _again = time.CreateTimer(_ => _ = IsShort, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Told when it has become short, and when it no longer is; on the thread that found out.</summary>
    public Action<bool>? Changed { get; set; }

    /// <summary>How long a refused caller should wait.</summary>
    public static TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(5);

    /// <summary>What was refused since the start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The memory as last looked at, a second ago at most; null where it cannot be read.</summary>
    public MachineMemory? Memory
    {
        get
        {
            _ = IsShort;
            lock (_gate)
            {
                return _memory;
            }
        }
    }

    /// <summary>Whether memory is short now.</summary>
    public bool IsShort
    {
        get
        {
            bool now;
            lock (_gate)
            {
                if (_readAt != 0 && _time.GetElapsedTime(_readAt) < Fresh)
                {
                    return _short;
                }

                _memory = _read();
                bool found = IsTooShort(_memory, _short);
                if (found && !_short && MayRelieve())
                {
                    _relieve();
                    _memory = _read();
                    found = IsTooShort(_memory, before: false);
                }

                _readAt = Math.Max(1, _time.GetTimestamp());
                if (found)
                {
                    _again.Change(Fresh, Timeout.InfiniteTimeSpan);
                }

                if (found == _short)
                {
                    return found;
                }

                now = _short = found;
            }

            Changed?.Invoke(now);
            return now;
        }
    }

    /// <summary>Whether new work must be refused; counts it when so.</summary>
    public bool Refuses()
    {
        if (!IsShort)
        {
            return false;
        }

        Interlocked.Increment(ref _refused);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _again.Dispose();

    // It ends at twice the room at which it begins, so that it does not flap.
    private static bool IsTooShort(MachineMemory? memory, bool before)
    {
        if (memory is not { } now)
        {
            return false;
        }

        long room = Math.Clamp(now.Total / 32, LeastRoom, MostRoom);
        bool stalled = now.Stalled > (before ? StalledTooMuch / 2 : StalledTooMuch) && now.Headroom < now.Total / 4;
        return stalled || now.Headroom < (before ? 2 * room : room);
    }

    private bool MayRelieve()
    {
        if (_relievedAt != 0 && _time.GetElapsedTime(_relievedAt) < BetweenReliefs)
        {
            return false;
        }

        _relievedAt = Math.Max(1, _time.GetTimestamp());
        return true;
    }
}

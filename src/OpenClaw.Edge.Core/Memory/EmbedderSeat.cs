using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Memory;

/// <summary>Who makes vectors now for one section of settings: asked again after a while, left alone after failures for longer and longer.
/// Thread-safe.</summary>
internal sealed class EmbedderSeat(ChooseMemoryEmbedder choose, MemorySearchConfig settings, TimeProvider time)
{
    private static readonly TimeSpan s_choiceHolds = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private MemoryEmbedderChoice? _choice;
    private long _chosenAt;
    private string? _failure;
    private TimeSpan _pause;
    private long _failedAt;

    /// <summary>The settings that it is for.</summary>
    public MemorySearchConfig Settings => settings;

    /// <summary>What went wrong last; null after a success.</summary>
    public string? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure;
            }
        }
    }

    /// <summary>The last choice; null when nobody asked yet.</summary>
    public MemoryEmbedderChoice? Last
    {
        get
        {
            lock (_gate)
            {
                return _choice;
            }
        }
    }

    /// <summary>Time until a failed one is tried again; zero when it may be now.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_gate)
            {
                TimeSpan left = _failure is null ? TimeSpan.Zero : _pause - time.GetElapsedTime(_failedAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>The one to use, or why there is none.</summary>
    public async Task<MemoryEmbedderChoice> TakeAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_failure is not null && time.GetElapsedTime(_failedAt) < _pause)
            {
                return new MemoryEmbedderChoice(null, _failure);
            }

            if (_choice is not null && time.GetElapsedTime(_chosenAt) < s_choiceHolds)
            {
                return _choice;
            }
        }

        MemoryEmbedderChoice choice = await choose(settings, cancellationToken);
        lock (_gate)
        {
            (_choice, _chosenAt) = (choice, time.GetTimestamp());
        }

        return choice;
    }

    /// <summary>Looks for one anew at the next need, whatever failed before.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            (_choice, _failure, _pause) = (null, null, default);
        }
    }

    /// <summary>Notes that it works.</summary>
    public void Works()
    {
        lock (_gate)
        {
            (_failure, _pause) = (null, default);
        }
    }

    /// <summary>Notes that it failed; the pause doubles.</summary>
    public void Failed(string message)
    {
        lock (_gate)
        {
            _pause = _pause == default ? s_firstPause : _pause * 2 > s_longestPause ? s_longestPause : _pause * 2;
            (_failure, _failedAt, _choice) = (message, time.GetTimestamp(), null);
        }
    }
}

using System.Diagnostics;

namespace OpenClaw.Edge.Providers;

/// <summary>What the calls to one provider came to since the start. Thread-safe; counting never blocks.</summary>
public sealed class ProviderCounts
{
    private const double MostOfOneWait = 60; // seconds; a cold load is no pace

    private static readonly double[] Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]; // a cold load takes minutes

    private readonly long[] _failures = new long[Enum.GetValues<ProviderFailure>().Length];
    private readonly long[] _firstTokens = new long[Bounds.Length + 1];
    private long _firstTokenTicks;
    private long _done;
    private long _cancelled;
    private long _input;
    private long _output;
    private long _cacheRead;
    private readonly Lock _pace = new();
    private double _paceTokens;
    private double _paceSeconds;
    private double _waits;
    private double _waitSeconds;

    /// <summary>Upper bounds of the first-token times, in seconds; one more slot holds what is longer.</summary>
    public static IReadOnlyList<double> FirstTokenBounds => Bounds;

    /// <summary>Calls that ended well.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Calls whose caller left before the end.</summary>
    public long Cancelled => Interlocked.Read(ref _cancelled);

    /// <summary>Tokens read, without those from a cache.</summary>
    public long InputTokens => Interlocked.Read(ref _input);

    /// <summary>Tokens generated.</summary>
    public long OutputTokens => Interlocked.Read(ref _output);

    /// <summary>Tokens that the server had in its cache.</summary>
    public long CacheReadTokens => Interlocked.Read(ref _cacheRead);

    /// <summary>Sum of the first-token times, in seconds.</summary>
    public double FirstTokenSeconds => TimeSpan.FromTicks(Interlocked.Read(ref _firstTokenTicks)).TotalSeconds;

    /// <summary>How fast one answer was written lately, in tokens a second, and how long its first piece took, in seconds; null until
    /// there is something to judge by: five answers, or a minute of writing.</summary>
    public (double TokensPerSecond, double FirstSeconds)? Pace
    {
        get
        {
            lock (_pace)
            {
                return _paceSeconds > 0 && (_waits >= 5 || _paceSeconds >= 60) ? (_paceTokens / _paceSeconds, _waitSeconds / _waits) : null;
            }
        }
    }

    /// <summary>Calls that failed so.</summary>
    public long FailuresOf(ProviderFailure failure) => Interlocked.Read(ref _failures[(int)failure]);

    /// <summary>Calls whose first token came within the bound of this slot and above the one before.</summary>
    public long FirstTokensIn(int slot) => Interlocked.Read(ref _firstTokens[slot]);

    /// <summary>Counts the first piece of an answer.</summary>
    public void FirstToken(TimeSpan after)
    {
        int slot = Array.FindIndex(Bounds, bound => after.TotalSeconds <= bound);
        Interlocked.Increment(ref _firstTokens[slot < 0 ? Bounds.Length : slot]);
        Interlocked.Add(ref _firstTokenTicks, after.Ticks);
    }

    /// <summary>Counts tokens.</summary>
    public void Tokens(long input, long output, long cacheRead)
    {
        Interlocked.Add(ref _input, input);
        Interlocked.Add(ref _output, output);
        Interlocked.Add(ref _cacheRead, cacheRead);
    }

    /// <summary>Counts how one answer came; one that came in a single piece tells nothing. What is older weighs half after ten minutes of
    /// writing, and after twenty answers.</summary>
    /// <param name="tokens">Tokens of the answer.</param>
    /// <param name="first">From the call to the first piece.</param>
    /// <param name="writing">From the first piece to the end.</param>
    public void Came(long tokens, TimeSpan first, TimeSpan writing)
    {
        if (writing < first / 100)
        {
            return;
        }

        double wait = Math.Min(first.TotalSeconds, MostOfOneWait);
        lock (_pace)
        {
            if (_paceSeconds > 600 || _waits >= 20)
            {
                (_paceTokens, _paceSeconds, _waits, _waitSeconds) = (_paceTokens / 2, _paceSeconds / 2, _waits / 2, _waitSeconds / 2);
            }

            (_paceTokens, _paceSeconds, _waits, _waitSeconds) = (_paceTokens + tokens, _paceSeconds + writing.TotalSeconds, _waits + 1, _waitSeconds + wait);
        }
    }

    /// <summary>Counts a call that ended well.</summary>
    public void Succeeded() => Interlocked.Increment(ref _done);

    /// <summary>Counts a call that failed.</summary>
    public void Failed(ProviderFailure failure)
    {
        Debug.Assert(Enum.IsDefined(failure), "each failure has its slot");
        Interlocked.Increment(ref _failures[(int)failure]);
    }

    /// <summary>Counts a call whose caller left.</summary>
    public void Left() => Interlocked.Increment(ref _cancelled);
}

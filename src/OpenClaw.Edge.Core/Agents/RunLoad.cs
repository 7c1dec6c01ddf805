namespace OpenClaw.Edge.Agents;

/// <summary>How many runs stream now. Thread-safe.</summary>
internal sealed class RunLoad
{
    private int _running;

    /// <summary>Runs that stream now, at least one for the caller's own.</summary>
    public int Running => Math.Max(1, Volatile.Read(ref _running));

    /// <summary>Counts a run in.</summary>
    public void Enter() => Interlocked.Increment(ref _running);

    /// <summary>Counts a run out.</summary>
    public void Leave() => Interlocked.Decrement(ref _running);
}

namespace OpenClaw.Edge.Diagnostics;

/// <summary>Where the process is between start and end; probes, hello and the landing page show it. Written by the
/// composition root only; reads are safe from any thread.</summary>
public sealed class Lifecycle(TimeProvider clock)
{
    private readonly long _startedAt = clock.GetTimestamp();
    private volatile string? _pendingReason = "startup";
    private volatile bool _draining;

    /// <summary>What the start still waits for; <see langword="null"/> once it is complete.</summary>
    public string? PendingReason => _pendingReason;

    /// <summary>Whether the start is complete and the stop has not begun.</summary>
    public bool Started => _pendingReason is null && !_draining;

    /// <summary>Whether the stop has begun: nothing new is admitted.</summary>
    public bool Draining => _draining;

    /// <summary>Time since this object was made, which is the first thing the composition root does.</summary>
    public TimeSpan Uptime => clock.GetElapsedTime(_startedAt);

    /// <summary>States what the start waits for now.</summary>
    public void WaitFor(string reason) => _pendingReason = reason;

    /// <summary>States that the start is complete.</summary>
    public void MarkStarted() => _pendingReason = null;

    /// <summary>States that the stop has begun. Cannot be taken back.</summary>
    public void MarkDraining() => _draining = true;
}

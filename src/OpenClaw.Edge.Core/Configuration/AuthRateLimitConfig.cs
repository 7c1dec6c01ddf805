namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.auth.rateLimit</c> section: failed attempts per address.</summary>
public sealed record AuthRateLimitConfig
{
    /// <summary>Failures within <see cref="WindowMs"/> that lock an address out.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Sliding window in milliseconds.</summary>
    public int WindowMs { get; init; } = 60_000;

    /// <summary>Length of the lockout in milliseconds.</summary>
    public int LockoutMs { get; init; } = 300_000;

    /// <summary>Whether loopback callers without a browser origin are never locked out.</summary>
    public bool ExemptLoopback { get; init; } = true;
}

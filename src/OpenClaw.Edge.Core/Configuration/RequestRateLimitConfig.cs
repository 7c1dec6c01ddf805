namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.rateLimit</c> section. Each limit is off at zero.</summary>
public sealed record RequestRateLimitConfig
{
    /// <summary>HTTP requests per minute over all callers; zero means no limit.</summary>
    public int MaxRequestsPerMinute { get; init; } = 600;

    /// <summary>HTTP requests per minute and token; zero means no limit.</summary>
    public int MaxRequestsPerMinutePerToken { get; init; } = 60;
}

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>usage</c> section.</summary>
public sealed record UsageConfig
{
    /// <summary>Caps of one UTC day over all sessions.</summary>
    public UsageLimitConfig Day { get; init; } = new();

    /// <summary>Caps of one session since it was started over.</summary>
    public UsageLimitConfig Session { get; init; } = new();
}

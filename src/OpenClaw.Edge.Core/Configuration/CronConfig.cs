namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>cron</c> section.</summary>
public sealed record CronConfig
{
    /// <summary>Whether jobs run.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Jobs at once.</summary>
    public int MaxConcurrentRuns { get; init; } = 2;
}

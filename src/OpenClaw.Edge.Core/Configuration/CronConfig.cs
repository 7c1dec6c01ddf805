using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>cron</c> section.</summary>
public sealed record CronConfig
{
    /// <summary>Whether jobs run.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Jobs at once.</summary>
    public int MaxConcurrentRuns { get; init; } = 2;

    /// <summary>Whether repeating jobs that fell due while the gateway was off wait for their next time.</summary>
    public bool SkipMissedJobs { get; init; }

    /// <summary>Whether scripts, conditions and sources of jobs run.</summary>
    public bool TriggersEnabled { get; init; } = true;

    /// <summary>Bearer token that webhooks of jobs are posted with; <see langword="null"/> posts without.</summary>
    public string? WebhookToken { get; init; }

    /// <summary>When and where failures of jobs are told that do not say so themselves, as it was written; <see langword="null"/> when
    /// nothing was.</summary>
    public JsonElement? FailureAlert { get; init; }

    /// <summary>After how long the session of a job's run is removed; <see langword="null"/> for that of other sessions.</summary>
    public TimeSpan? SessionRetention { get; init; } = TimeSpan.FromHours(24);
}

namespace OpenClaw.Edge.Automation;

/// <summary>What the scheduler has noted about a job. Times are epoch milliseconds.</summary>
public sealed record CronJobState
{
    /// <summary>When it runs next; null when it does not.</summary>
    public long? NextRunAtMs { get; init; }

    /// <summary>Since when it runs; null when it does not run now.</summary>
    public long? RunningAtMs { get; init; }

    /// <summary>Its delayed run after a start of the gateway, which a change of its texts does not move.</summary>
    public long? StartupCatchupAtMs { get; init; }

    /// <summary>When its schedule was last switched on or changed.</summary>
    public long? ScheduleActivatedAtMs { get; init; }

    /// <summary>Start of the last run.</summary>
    public long? LastRunAtMs { get; init; }

    /// <summary><c>ok</c>, <c>error</c> or <c>skipped</c>.</summary>
    public string? LastRunStatus { get; init; }

    /// <summary>The same, under its older name.</summary>
    public string? LastStatus { get; init; }

    /// <summary>How long the last run took.</summary>
    public long? LastDurationMs { get; init; }

    /// <summary>Why the last run failed.</summary>
    public string? LastError { get; init; }

    /// <summary>Whether the last answer reached somebody.</summary>
    public bool? LastDelivered { get; init; }

    /// <summary><c>delivered</c>, <c>not-delivered</c>, <c>unknown</c> or <c>not-requested</c>.</summary>
    public string? LastDeliveryStatus { get; init; }

    /// <summary>Why the last answer did not arrive.</summary>
    public string? LastDeliveryError { get; init; }

    /// <summary>Failed runs in a row.</summary>
    public int? ConsecutiveErrors { get; init; }

    /// <summary>Skipped runs in a row.</summary>
    public int? ConsecutiveSkipped { get; init; }

    /// <summary>How often in a row the next time could not be worked out.</summary>
    public int? ScheduleErrorCount { get; init; }

    /// <summary>Set when the scheduler switched the job off.</summary>
    public CronAutoDisabled? AutoDisabled { get; init; }
}

using System.Text.Json;

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

    /// <summary>What the last command said about itself.</summary>
    public JsonElement? LastDiagnostics { get; init; }

    /// <summary>What became of the word about the last failure: <c>not-requested</c>, or <c>unknown</c> when it was sent.</summary>
    public string? LastFailureNotificationDeliveryStatus { get; init; }

    /// <summary>When its failures were last told.</summary>
    public long? LastFailureAlertAtMs { get; init; }

    /// <summary>When its condition was last looked at.</summary>
    public long? LastTriggerEvalAtMs { get; init; }

    /// <summary>How often.</summary>
    public int? TriggerEvalCount { get; init; }

    /// <summary>When its condition was last true.</summary>
    public long? LastTriggerFireAtMs { get; init; }

    /// <summary>What its script left for the next time.</summary>
    public JsonElement? TriggerState { get; init; }

    /// <summary><c>starting</c>, <c>running</c>, <c>restarting</c>, <c>stopped</c>, <c>disabled</c> or <c>error</c>.</summary>
    public string? StreamStatus { get; init; }

    /// <summary>Why the source does not run.</summary>
    public string? StreamError { get; init; }

    /// <summary>Ends of the source in a row that came within a minute.</summary>
    public int? StreamConsecutiveFailures { get; init; }

    /// <summary>Whether it is not started again.</summary>
    public bool? StreamRestartExhausted { get; init; }

    /// <summary>Name of the source, which a change of it ends.</summary>
    public string? StreamSourceIdentity { get; init; }

    /// <summary>Batches that nobody took.</summary>
    public int? StreamDroppedBatches { get; init; }

    /// <summary>Batches that became one with another.</summary>
    public int? StreamCoalescedBatches { get; init; }

    /// <summary>Last start of the source.</summary>
    public long? StreamLastStartedAtMs { get; init; }

    /// <summary>Its last end.</summary>
    public long? StreamLastExitAtMs { get; init; }
}

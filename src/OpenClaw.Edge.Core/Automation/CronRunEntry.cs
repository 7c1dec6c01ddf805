using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>One finished run in the log. Source: docs/protocol.md, cron.</summary>
public sealed record CronRunEntry
{
    /// <summary>When it was written, in epoch milliseconds.</summary>
    public required long Ts { get; init; }

    /// <summary>Job.</summary>
    public required string JobId { get; init; }

    /// <summary>Always <c>finished</c>.</summary>
    public string Action { get; init; } = "finished";

    /// <summary><c>ok</c>, <c>error</c> or <c>skipped</c>.</summary>
    public required string Status { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c> or <c>unknown</c>: with the delivery counted in.</summary>
    public required string CompletionStatus { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The answer, shortened.</summary>
    public string? Summary { get; init; }

    /// <summary>Run.</summary>
    public required string RunId { get; init; }

    /// <summary>Start, in epoch milliseconds.</summary>
    public required long RunAtMs { get; init; }

    /// <summary>How long it took.</summary>
    public required long DurationMs { get; init; }

    /// <summary>The next one, in epoch milliseconds.</summary>
    public long? NextRunAtMs { get; init; }

    /// <summary>Model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>Provider that answered.</summary>
    public string? Provider { get; init; }

    /// <summary>Tokens.</summary>
    public CronUsage? Usage { get; init; }

    /// <summary>Whether the answer reached somebody.</summary>
    public bool? Delivered { get; init; }

    /// <summary><c>delivered</c>, <c>not-delivered</c>, <c>unknown</c> or <c>not-requested</c>.</summary>
    public required string DeliveryStatus { get; init; }

    /// <summary>Why it did not arrive.</summary>
    public string? DeliveryError { get; init; }

    /// <summary><c>silent</c> or <c>empty</c>, when there was nothing to send.</summary>
    public string? DeliverySuppressionReason { get; init; }

    /// <summary>Window of the session that it ran in.</summary>
    public string? SessionId { get; init; }

    /// <summary>Session that it ran in.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Name of the job.</summary>
    public string? JobName { get; init; }

    /// <summary>What a command said about itself.</summary>
    public JsonElement? Diagnostics { get; init; }

    /// <summary>Whether a condition let the run happen; null without one.</summary>
    public bool? TriggerFired { get; init; }

    /// <summary>Where the answer was to go.</summary>
    public JsonElement? Delivery { get; init; }
}

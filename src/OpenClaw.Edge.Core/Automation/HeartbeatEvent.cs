namespace OpenClaw.Edge.Automation;

/// <summary>How a heartbeat ended, as <c>last-heartbeat</c> and the event <c>heartbeat</c> tell it.</summary>
public sealed record HeartbeatEvent
{
    /// <summary>Epoch milliseconds.</summary>
    public required long Ts { get; init; }

    /// <summary><c>sent</c>, <c>ok-empty</c>, <c>ok-token</c>, <c>skipped</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Start of what the agent had to say.</summary>
    public string? Preview { get; init; }

    /// <summary>Why it was skipped, or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether there was more than text; null when there was nothing.</summary>
    public bool? HasMedia { get; init; }

    /// <summary>How long it took.</summary>
    public long? DurationMs { get; init; }

    /// <summary>Whether nobody was told.</summary>
    public bool? Silent { get; init; }

    /// <summary><c>ok</c>, <c>alert</c> or <c>error</c>.</summary>
    public string? IndicatorType { get; init; }

    /// <summary>What a person may do about it.</summary>
    public string? Message { get; init; }
}

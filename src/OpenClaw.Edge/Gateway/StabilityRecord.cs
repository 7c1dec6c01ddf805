using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>One thing that happened, without a word of what was said.</summary>
/// <param name="Seq">From 1, without gaps.</param>
/// <param name="AtMs">Epoch milliseconds.</param>
/// <param name="Type">The original's name, such as <c>tool.execution.completed</c>.</param>
internal sealed record StabilityRecord(long Seq, long AtMs, string Type)
{
    /// <summary>Where it came from: <c>chat</c>, <c>agent</c>, <c>cron</c>…</summary>
    public string? Source { get; init; }

    /// <summary>Tool.</summary>
    public string? ToolName { get; init; }

    /// <summary>Provider that answered.</summary>
    public string? Provider { get; init; }

    /// <summary>Model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>How it ended, or the state that began.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why, as a code.</summary>
    public string? Reason { get; init; }

    /// <summary>How long it took.</summary>
    public long? DurationMs { get; init; }

    /// <summary>Tokens and money of a turn.</summary>
    public MessageUsage? Usage { get; init; }

    /// <summary>Whether somebody should look.</summary>
    public bool Warns { get; init; }
}

using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>How a run of a job ended.</summary>
public sealed record CronOutcome
{
    /// <summary><c>ok</c>, <c>error</c> or <c>skipped</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it failed, for a person.</summary>
    public string? Error { get; init; }

    /// <summary>Whether the same may work later: an unreachable or busy model, a timeout.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether the gateway ended under it: nothing is counted, and the next start records it.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>Whether nothing was begun because the machine is about to go down or to sleep: it is tried again.</summary>
    public bool IsPutOff { get; init; }

    /// <summary>The answer.</summary>
    public string? Summary { get; init; }

    /// <summary>Model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>Provider that answered.</summary>
    public string? Provider { get; init; }

    /// <summary>Tokens.</summary>
    public CronUsage? Usage { get; init; }

    /// <summary>What became of the answer.</summary>
    public CronDelivered Delivery { get; init; } = CronDelivered.NotRequested;

    /// <summary>Window of the session that it ran in.</summary>
    public string? SessionId { get; init; }

    /// <summary>Session that it ran in.</summary>
    public string? SessionKey { get; init; }

    /// <summary>What a command said about itself.</summary>
    public JsonElement? Diagnostics { get; init; }

    /// <summary>Whether the condition let the run happen; null without one.</summary>
    public bool? Fired { get; init; }

    /// <summary>Whether the condition could not be looked at because too many others were.</summary>
    public bool IsBusy { get; init; }

    /// <summary>What a script leaves for the next time; null leaves what is there.</summary>
    public JsonElement? State { get; init; }

    /// <summary>Milliseconds after which a run asks to be looked at again.</summary>
    public long? NextCheckMs { get; init; }

    /// <summary>A failure with its reason.</summary>
    public static CronOutcome Failed(string error, bool transient = false) => new() { Status = "error", Error = error, IsTransient = transient };
}

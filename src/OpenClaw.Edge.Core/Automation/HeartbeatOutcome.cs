namespace OpenClaw.Edge.Automation;

/// <summary>What became of a wake.</summary>
/// <param name="Status"><c>ran</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it did not run, or failed.</param>
public sealed record HeartbeatOutcome(string Status, string? Reason = null)
{
    internal static HeartbeatOutcome Skipped(string reason) => new("skipped", reason);
}

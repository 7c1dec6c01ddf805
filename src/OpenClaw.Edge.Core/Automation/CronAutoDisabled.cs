namespace OpenClaw.Edge.Automation;

/// <summary>Why the scheduler switched a job off by itself.</summary>
/// <param name="Reason"><c>consecutive-failures</c> or <c>schedule-errors</c>.</param>
/// <param name="AtMs">When, in epoch milliseconds.</param>
/// <param name="ConsecutiveErrors">After how many failures.</param>
public sealed record CronAutoDisabled(string Reason, long AtMs, int ConsecutiveErrors = 1);

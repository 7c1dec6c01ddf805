namespace OpenClaw.Edge.Agents;

/// <summary>How a request for a turn was received.</summary>
/// <param name="Status">What happened.</param>
/// <param name="Run">The run, new or already known; null when refused.</param>
/// <param name="RetryAfter">How long to wait, when refused.</param>
public readonly record struct RunAdmission(RunAdmissionStatus Status, Run? Run, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether another turn was ended for it.</summary>
    public bool Interrupted { get; init; }
}

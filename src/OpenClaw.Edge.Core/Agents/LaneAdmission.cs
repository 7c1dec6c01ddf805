namespace OpenClaw.Edge.Agents;

/// <summary>What the registry decided about a request, under its lock.</summary>
/// <param name="Status">Started, or why not.</param>
/// <param name="Active">The run, when it was let in.</param>
/// <param name="Busy">Whether it waits.</param>
/// <param name="Dropped">A waiting run that made room.</param>
/// <param name="Interrupted">A running run that must stop for it.</param>
internal readonly record struct LaneAdmission(
    RunAdmissionStatus Status,
    ActiveRun? Active = null,
    bool Busy = false,
    ActiveRun? Dropped = null,
    ActiveRun? Interrupted = null);

namespace OpenClaw.Edge.Agents;

/// <summary>Messages that wait to join a running turn.</summary>
/// <param name="Any">Whether there are some for this run.</param>
/// <param name="TakeAsync">Takes them: stored as part of the turn, their own runs ended, in the order they came.</param>
internal sealed record SteeringInbox(Func<ActiveRun, bool> Any, Func<ActiveRun, Task<IReadOnlyList<ActiveRun>>> TakeAsync);

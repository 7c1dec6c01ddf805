namespace OpenClaw.Edge.Agents;

/// <summary>Messages that wait to join a running turn.</summary>
/// <param name="Any">Whether there are some for this run.</param>
/// <param name="TakeAsync">Takes them: stored as part of the turn, their own runs ended, in the order they came. What is handed in is done
/// first, if there are some.</param>
internal sealed record SteeringInbox(Func<ActiveRun, bool> Any, Func<ActiveRun, Func<Task>?, Task<IReadOnlyList<ActiveRun>>> TakeAsync);

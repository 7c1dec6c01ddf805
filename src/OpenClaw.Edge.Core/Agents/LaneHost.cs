namespace OpenClaw.Edge.Agents;

/// <summary>What a lane needs of its registry.</summary>
internal sealed class LaneHost(
    Lock gate,
    TimeProvider time,
    Action<SessionLane> drop,
    Action<ActiveRun> forget,
    Func<ActiveRun, Task> runAsync,
    Func<ActiveRun, Task> collectedAsync,
    CancellationToken stopping)
{
    /// <summary>Guards all queues.</summary>
    public Lock Gate { get; } = gate;

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Cancelled when the registry is disposed of.</summary>
    public CancellationToken Stopping { get; } = stopping;

    /// <summary>Removes an empty lane; under the lock.</summary>
    public void Drop(SessionLane lane) => drop(lane);

    /// <summary>Moves a run that has ended to the ended ones.</summary>
    public void Forget(ActiveRun run) => forget(run);

    /// <summary>Waits for a slot and runs a turn. Never throws.</summary>
    public Task RunAsync(ActiveRun run) => runAsync(run);

    /// <summary>Ends a run whose message another turn answers. Never throws.</summary>
    public Task CollectedAsync(ActiveRun run) => collectedAsync(run);
}

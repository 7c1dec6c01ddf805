namespace OpenClaw.Edge.Storage;

/// <summary>A write with a result.</summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class WriteItem<T>(Func<EdgeConnection, T> work, CancellationToken cancellationToken) : WriteItem(cancellationToken)
{
    // The writer's loop must never run a caller's code.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    /// <summary>Completes after the commit.</summary>
    public Task<T> Task => _done.Task;

    /// <inheritdoc />
    public override bool Settled => _done.Task.IsCompleted;

    /// <inheritdoc />
    public override void Run(EdgeConnection connection) => _result = work(connection);

    /// <inheritdoc />
    public override void Succeed() => _done.TrySetResult(_result!);

    /// <inheritdoc />
    public override void Fail(Exception cause) => _done.TrySetException(cause);

    /// <inheritdoc />
    public override void Cancel() => _done.TrySetCanceled(CancellationToken);
}

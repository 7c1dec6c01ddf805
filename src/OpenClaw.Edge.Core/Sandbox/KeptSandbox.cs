namespace OpenClaw.Edge.Sandbox;

/// <summary>A sandbox that <see cref="SandboxRouter"/> keeps: it counts its commands and notes when it was used.</summary>
internal abstract class KeptSandbox : SandboxSession, IDisposable
{
    private readonly SandboxUsage _usage;
    private int _running;

    protected KeptSandbox(SandboxPlace place, string hash, string backend, string workdir, SandboxUsage usage)
        : base(place.Name, backend, place.HostWorkspace, workdir, place.HostAgentWorkspace)
    {
        Place = place;
        Hash = hash;
        _usage = usage;
    }

    /// <summary>Whose it is.</summary>
    public SandboxPlace Place { get; }

    /// <summary>Hash of what it was planned with.</summary>
    public string Hash { get; }

    /// <summary>Whether a command runs in it.</summary>
    public bool IsBusy => Volatile.Read(ref _running) > 0;

    /// <summary>Makes sure that commands can run and that the self-test passed. Throws
    /// <see cref="SandboxUnavailableException"/>.</summary>
    public abstract Task ReadyAsync(CancellationToken cancellationToken);

    /// <summary>Frees what this process holds; what the engine keeps stays.</summary>
    public abstract void Dispose();

    /// <inheritdoc />
    public sealed override async Task<int> ExecAsync(
        SandboxCommand command, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        _usage.Note(Name);
        try
        {
            return await RunAsync(command, onOutput, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            _usage.Note(Name);
        }
    }

    /// <summary>Runs a command, as <see cref="SandboxSession.ExecAsync"/> says.</summary>
    protected abstract Task<int> RunAsync(
        SandboxCommand command, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken);
}

namespace OpenClaw.Edge.Sandbox;

/// <summary>A container, or what stands in for one, that is ready for commands. Kept warm by <see cref="SandboxRouter"/>:
/// callers never dispose it. Thread-safe; commands run side by side.</summary>
public abstract class SandboxSession
{
    /// <summary>Where a sandbox shows the agent's own workspace under <c>workspaceAccess: "ro"</c>.</summary>
    public const string AgentFolder = "/agent";

    private protected SandboxSession(string name, string backend, string hostWorkspace, string workdir, string? hostAgentWorkspace)
    {
        Name = name;
        Backend = backend;
        HostWorkspace = hostWorkspace;
        Workdir = workdir;
        HostAgentWorkspace = hostAgentWorkspace;
    }

    /// <summary>Name of the container, such as <c>openclaw-sbx-agent-main-1f2e3d4c</c>.</summary>
    public string Name { get; }

    /// <summary><c>docker</c> (also Podman) or <c>bubblewrap</c>.</summary>
    public string Backend { get; }

    /// <summary>Absolute path on the host of what the sandbox sees as <see cref="Workdir"/>: file tools work here.</summary>
    public string HostWorkspace { get; }

    /// <summary>Absolute path of the workspace inside.</summary>
    public string Workdir { get; }

    /// <summary>Absolute path on the host of what the sandbox sees as <see cref="AgentFolder"/>; null when it sees none.</summary>
    public string? HostAgentWorkspace { get; }

    /// <summary>Whether file tools must not write (<c>workspaceAccess: "ro"</c>).</summary>
    public bool FilesReadOnly => HostAgentWorkspace is not null;

    /// <summary>Runs a command and returns its exit code (137 when the kernel killed it). Output arrives in order, on one
    /// thread at a time; the span is valid during the call only, and a slow callback slows the command down. The flag says
    /// standard error. Cancellation kills the command and what it started, then throws <see cref="OperationCanceledException"/>;
    /// the command's own budget does the same and throws <see cref="TimeoutException"/>. Throws
    /// <see cref="SandboxUnavailableException"/> when the engine is gone.</summary>
    public abstract Task<int> ExecAsync(
        SandboxCommand command, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken);
}

using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Tools;

/// <summary>Where a call comes from and what it may use.</summary>
public sealed record ToolCallContext
{
    /// <summary>Session of the run.</summary>
    public required SessionKey SessionKey { get; init; }

    /// <summary>Absolute path of the agent's workspace; in a sandboxed session, of what the sandbox sees as its workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>Most characters a result may have, sized to the model's window.</summary>
    public int MaxResultChars { get; init; } = 16_000;

    /// <summary>Whether the model sees images that a tool gives back.</summary>
    public bool SeesImages { get; init; }

    /// <summary>Bytes of the largest image that is read.</summary>
    public int MaxImageBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>The sandbox that the call runs in; null means this machine.</summary>
    public SandboxSession? Sandbox { get; init; }

    /// <summary>Whether the session is sandboxed, also for tools that need no container.</summary>
    public bool IsSandboxed { get; init; }

    /// <summary>Whether its commands may leave the sandbox.</summary>
    public ElevatedAccess Elevated { get; init; } = ElevatedAccess.None;

    /// <summary>The session's own wish about commands on this machine, in the words of <c>permissionMode</c>; null has none.</summary>
    public string? Permission { get; init; }

    /// <summary>The node that the session's commands run on, as <c>sessions.create</c> named it; null for this machine.</summary>
    public string? ExecNode { get; init; }

    /// <summary>The folder that the session's commands begin in, there or here; null for the usual one.</summary>
    public string? ExecFolder { get; init; }

    /// <summary>Called when the call waits for a person's approval, and with the same request and true when that has ended; must
    /// not block. Null tells nobody.</summary>
    public Action<PendingApproval, bool>? OnApproval { get; init; }

    /// <summary>Called at most once a second with the end of what a command said so far, when that is more; must not block. Null tells
    /// nobody.</summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>Absolute paths of folders outside the workspace that may be read, and not written: those of the agent's skills.</summary>
    public IReadOnlyList<string> ReadableFolders { get; init; } = [];

    /// <summary>Opens the folder that a path to read lies in: one of <see cref="ReadableFolders"/>, or as <see cref="OpenFiles"/> does.
    /// Throws <see cref="WorkspaceException"/> when it is not a directory.</summary>
    public WorkspaceFiles OpenToRead(string path)
    {
        string asked = path.Trim();
        string? folder = asked.StartsWith('/') || asked.StartsWith('~') ? ReadableFolders.FirstOrDefault(folder => asked == folder || asked.StartsWith(folder + "/", StringComparison.Ordinal)) : null;
        return folder is null ? OpenFiles(path) : WorkspaceFiles.Open(folder);
    }

    /// <summary>Opens the folder that a path lies in: the workspace, or what a sandbox shows read-only of the agent's own.
    /// Paths may be written as the sandbox sees them. Throws <see cref="WorkspaceException"/> when it is not a directory.</summary>
    public WorkspaceFiles OpenFiles(string path)
    {
        if (Sandbox is { HostAgentWorkspace: { } agents }
            && (path.Trim() is SandboxSession.AgentFolder || path.Trim().StartsWith(SandboxSession.AgentFolder + "/", StringComparison.Ordinal)))
        {
            return WorkspaceFiles.Open(agents, shownAs: SandboxSession.AgentFolder);
        }

        return WorkspaceFiles.Open(Workspace, shownAs: Sandbox?.Workdir);
    }
}

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>sandbox</c> section of the defaults or of an agent.</summary>
public sealed record SandboxConfig
{
    /// <summary><c>off</c>, <c>non-main</c> or <c>all</c>.</summary>
    public string Mode { get; init; } = "off";

    /// <summary>One container per <c>session</c>, <c>agent</c> or <c>shared</c>.</summary>
    public string Scope { get; init; } = "agent";

    /// <summary><c>none</c>, <c>ro</c> or <c>rw</c>.</summary>
    public string WorkspaceAccess { get; init; } = "none";

    /// <summary>Where sandbox workspaces live; <see langword="null"/> means <c>sandboxes</c> in the state folder.</summary>
    public string? WorkspaceRoot { get; init; }

    /// <summary><c>auto</c> (a container engine, else bubblewrap), <c>docker</c> (also Podman), <c>podman</c> or
    /// <c>bubblewrap</c>. What this edition lacks (<c>ssh</c>, <c>openshell</c>, <c>crabbox</c>) is refused at each call.</summary>
    public string Backend { get; init; } = "auto";

    /// <summary>The container.</summary>
    public SandboxDockerConfig Docker { get; init; } = new();

    /// <summary>Whether a browser container is offered.</summary>
    public bool BrowserEnabled { get; init; }

    /// <summary>Hours without use after which a container is removed.</summary>
    public int PruneIdleHours { get; init; } = 24;

    /// <summary>Days after which a container is removed.</summary>
    public int PruneMaxAgeDays { get; init; } = 7;

    /// <summary>Tools inside the sandbox; empty lists mean the sandbox defaults.</summary>
    public ToolListConfig Tools { get; init; } = new();

    /// <summary>Which sessions a sandboxed session's tools reach: <c>spawned</c> (itself and those it started) or <c>all</c>.</summary>
    public string SessionTools { get; init; } = "spawned";
}

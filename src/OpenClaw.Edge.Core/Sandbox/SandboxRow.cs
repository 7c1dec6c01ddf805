namespace OpenClaw.Edge.Sandbox;

/// <summary>A container of a sandbox, as <c>openclaw sandbox list</c> shows it.</summary>
public sealed record SandboxRow
{
    /// <summary>The engine's id.</summary>
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is: <c>agent:&lt;id&gt;</c>, a session key or <c>shared</c>.</summary>
    public required string ScopeKey { get; init; }

    /// <summary>Image.</summary>
    public required string Image { get; init; }

    /// <summary>Whether it runs.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>Whether the image is the configured one.</summary>
    public required bool ImageMatches { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a command last ran in it.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>Why pruning would remove it now; null when it stays.</summary>
    public string? Outdated { get; init; }

    /// <summary>The agent of its scope; empty for a shared one.</summary>
    public string AgentId => SandboxPruning.AgentOf(ScopeKey);
}

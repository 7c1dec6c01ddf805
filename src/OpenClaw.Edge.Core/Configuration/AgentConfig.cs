using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>One agent. Absent members come from <see cref="AgentDefaultsConfig"/>.</summary>
public sealed record AgentConfig
{
    /// <summary>Lower-case id, such as <c>main</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name for a person.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it answers when no agent is named.</summary>
    public bool Default { get; init; }

    /// <summary>Its folder; <see langword="null"/> means by <see cref="StatePaths.WorkspaceDir"/>.</summary>
    public string? Workspace { get; init; }

    /// <summary>Its model; <see langword="null"/> means the defaults'.</summary>
    public ModelChoiceConfig? Model { get; init; }

    /// <summary>How it presents itself.</summary>
    public IdentityConfig Identity { get; init; } = new();

    /// <summary>Think level; <see langword="null"/> means the defaults'.</summary>
    public string? ThinkingDefault { get; init; }

    /// <summary>Its tools; <see langword="null"/> means the global ones.</summary>
    public ToolsConfig? Tools { get; init; }

    /// <summary>Its sandbox; <see langword="null"/> means the defaults'.</summary>
    public SandboxConfig? Sandbox { get; init; }

    /// <summary>Its heartbeat; <see langword="null"/> means the defaults'.</summary>
    public HeartbeatConfig? Heartbeat { get; init; }

    /// <summary>Skills it may use, by name; <see langword="null"/> means the defaults'.</summary>
    public IReadOnlyList<string>? Skills { get; init; }

    /// <summary>How its memory is searched; <see langword="null"/> means as <see cref="MemoryConfig.Search"/> says.</summary>
    public MemorySearchConfig? MemorySearch { get; init; }

    /// <summary>Extra request members; undefined when absent.</summary>
    public JsonElement Params { get; init; }

    /// <summary>Agents that it may start, raw; undefined when absent.</summary>
    public JsonElement Subagents { get; init; }
}

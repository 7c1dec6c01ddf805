namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>agents</c> section.</summary>
public sealed record AgentsConfig
{
    /// <summary>What every agent starts from.</summary>
    public AgentDefaultsConfig Defaults { get; init; } = new();

    /// <summary>The agents, from <c>agents.list</c> or <c>agents.entries</c>, in file order; empty means one agent <c>main</c>.</summary>
    public IReadOnlyList<AgentConfig> List { get; init; } = [];

    /// <summary>Lower-case ids of the agents, in file order; never empty.</summary>
    public IReadOnlyList<string> Ids => List.Count == 0 ? ["main"] : [.. List.Select(agent => agent.Id.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];

    /// <summary>Lower-case id of the agent that unqualified session keys mean.</summary>
    public string DefaultId => List.Count == 0 ? "main" : (List.FirstOrDefault(agent => agent.Default) ?? List[0]).Id.ToLowerInvariant();

    /// <summary>An agent as configured; null when it is not.</summary>
    public AgentConfig? Find(string agentId) =>
        List.FirstOrDefault(agent => agent.Id.Equals(agentId, StringComparison.OrdinalIgnoreCase));

    /// <summary>Absolute path of an agent's workspace.</summary>
    public string WorkspaceOf(string agentId, StatePaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Path.GetFullPath(
            Find(agentId)?.Workspace ?? (agentId == DefaultId ? Defaults.Workspace : null) ?? paths.WorkspaceDir(agentId));
    }

    /// <summary>The sandbox that holds for an agent. One that all agents share is made of the defaults alone.</summary>
    public SandboxConfig SandboxOf(string agentId)
    {
        SandboxConfig? own = Find(agentId)?.Sandbox;
        return own is null ? Defaults.Sandbox
            : own.Scope == "shared" ? own with { Docker = Defaults.Sandbox.Docker } : own;
    }
}

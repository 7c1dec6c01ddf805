namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>agents</c> section.</summary>
public sealed record AgentsConfig
{
    /// <summary>What every agent starts from.</summary>
    public AgentDefaultsConfig Defaults { get; init; } = new();

    /// <summary>The agents, from <c>agents.list</c> or <c>agents.entries</c>, in file order; empty means one agent <c>main</c>.</summary>
    public IReadOnlyList<AgentConfig> List { get; init; } = [];

    /// <summary>The sandbox that holds for an agent. One that all agents share is made of the defaults alone.</summary>
    public SandboxConfig SandboxOf(string agentId)
    {
        SandboxConfig? own = List.FirstOrDefault(agent => agent.Id.Equals(agentId, StringComparison.OrdinalIgnoreCase))?.Sandbox;
        return own is null ? Defaults.Sandbox
            : own.Scope == "shared" ? own with { Docker = Defaults.Sandbox.Docker } : own;
    }
}

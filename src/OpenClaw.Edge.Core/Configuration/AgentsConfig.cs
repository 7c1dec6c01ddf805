namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>agents</c> section.</summary>
public sealed record AgentsConfig
{
    /// <summary>What every agent starts from.</summary>
    public AgentDefaultsConfig Defaults { get; init; } = new();

    /// <summary>The agents, from <c>agents.list</c> or <c>agents.entries</c>, in file order; empty means one agent <c>main</c>.</summary>
    public IReadOnlyList<AgentConfig> List { get; init; } = [];
}

namespace OpenClaw.Edge.Configuration;

/// <summary>Which sessions a session's tools reach: <c>tools.sessions</c> and <c>tools.agentToAgent</c>.</summary>
public sealed record SessionToolsConfig
{
    /// <summary><c>self</c>, <c>tree</c>, <c>agent</c> or <c>all</c>.</summary>
    public string Visibility { get; init; } = "all";

    /// <summary>Whether sessions of other agents can be reached.</summary>
    public bool AgentToAgent { get; init; } = true;

    /// <summary>Agents, or patterns with <c>*</c>, that may take part in that; empty means all.</summary>
    public IReadOnlyList<string> AgentToAgentAllow { get; init; } = [];
}

using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Agents;

/// <summary>The configured agents, in order; never empty. Immutable: a new configuration makes a new one.</summary>
public sealed class AgentCatalog
{
    private readonly Dictionary<string, AgentEntry> _byId;

    /// <summary>Creates a catalog of at least one agent with distinct lower-case ids.</summary>
    public AgentCatalog(IReadOnlyList<AgentEntry> agents)
    {
        ArgumentOutOfRangeException.ThrowIfZero(agents.Count);
        All = agents;
        Default = agents.FirstOrDefault(agent => agent.IsDefault) ?? agents[0];
        _byId = agents.ToDictionary(agent => agent.Id, StringComparer.Ordinal);
    }

    /// <summary>All agents, as configured.</summary>
    public IReadOnlyList<AgentEntry> All { get; }

    /// <summary>The agent of unqualified session keys.</summary>
    public AgentEntry Default { get; }

    /// <summary>Finds an agent by id, whatever its case.</summary>
    public bool TryGet(string? id, [NotNullWhen(true)] out AgentEntry? agent) =>
        _byId.TryGetValue(id?.ToLowerInvariant() ?? "", out agent);
}

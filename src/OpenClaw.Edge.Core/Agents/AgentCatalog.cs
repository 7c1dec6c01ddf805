using System.Diagnostics.CodeAnalysis;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>The configured agents, in order; never empty. Immutable: a new configuration makes a new one.</summary>
public sealed class AgentCatalog
{
    private readonly Dictionary<string, AgentEntry> _byId;
    private readonly IReadOnlyList<BindingConfig> _bindings;

    /// <summary>Creates a catalog of at least one agent with distinct lower-case ids.</summary>
    /// <param name="agents">The agents.</param>
    /// <param name="bindings">Which of them answers what comes from where; null for none.</param>
    public AgentCatalog(IReadOnlyList<AgentEntry> agents, IReadOnlyList<BindingConfig>? bindings = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(agents.Count);
        All = agents;
        Default = agents.FirstOrDefault(agent => agent.IsDefault) ?? agents[0];
        _byId = agents.ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        _bindings = bindings ?? [];
    }

    private AgentCatalog(AgentCatalog all, AgentEntry routed)
    {
        (All, Default, _byId, _bindings) = (all.All, routed, all._byId, all._bindings);
    }

    /// <summary>The agents of a configuration; one named <c>main</c> when it has none. A second agent of the same id is
    /// ignored.</summary>
    public static AgentCatalog Create(EdgeConfig config, StatePaths paths)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(paths);
        IReadOnlyList<AgentConfig> listed = config.Agents.List.Count > 0 ? config.Agents.List : [new AgentConfig { Id = "main" }];
        string defaultId = config.Agents.DefaultId;
        return new AgentCatalog(
        [
            .. listed.DistinctBy(agent => agent.Id.ToLowerInvariant(), StringComparer.Ordinal)
                .Select(agent => Entry(agent, agent.Id.ToLowerInvariant(), defaultId, config, paths)),
        ],
            config.Bindings);
    }

    /// <summary>All agents, as configured.</summary>
    public IReadOnlyList<AgentEntry> All { get; }

    /// <summary>The agent of unqualified session keys.</summary>
    public AgentEntry Default { get; }

    /// <summary>Finds an agent by id, whatever its case.</summary>
    public bool TryGet(string? id, [NotNullWhen(true)] out AgentEntry? agent) =>
        _byId.TryGetValue(id?.ToLowerInvariant() ?? "", out agent);

    /// <summary>The same agents as one place sees them: <see cref="Default"/> is the one that <c>bindings</c> choose for it.</summary>
    public AgentCatalog For(RouteQuery query) =>
        _bindings.Count > 0 && AgentRoutes.Choose(_bindings, query) is { } binding && TryGet(binding.AgentId, out AgentEntry? agent) && agent != Default
            ? new AgentCatalog(this, agent)
            : this;

    private static AgentEntry Entry(AgentConfig agent, string id, string defaultId, EdgeConfig config, StatePaths paths)
    {
        AgentDefaultsConfig defaults = config.Agents.Defaults;
        ModelChoiceConfig model = agent.Model?.Primary is null ? defaults.Model : agent.Model;
        return new AgentEntry
        {
            Id = id,
            Name = agent.Name ?? agent.Identity.Name ?? id,
            Workspace = config.Agents.WorkspaceOf(id, paths),
            Model = model.Primary,
            Fallbacks = agent.Model?.Fallbacks is { Count: > 0 } own ? own : model.Fallbacks,
            Think = agent.ThinkingDefault ?? defaults.ThinkingDefault,
            Emoji = agent.Identity.Emoji,
            IsDefault = id == defaultId,
            SandboxTools = SandboxToolPolicy.Of(agent.Tools, config.Agents.SandboxOf(id), config.Tools),
            Tools = ToolPolicy.Of(config.Tools, agent.Tools, null),
            ToolsByProvider = ByProvider(config.Tools, agent.Tools),
            SubagentTools = SubagentDesk.Policy(agent.Tools is { SubagentTools: { } mine } && (mine.Allow.Count > 0 || mine.Deny.Count > 0) ? mine : config.Tools.SubagentTools),
            LoopDetection = agent.Tools?.LoopDetection ?? config.Tools.LoopDetection ?? new(),
            ToolSearch = agent.Tools?.ToolSearch ?? config.Tools.ToolSearch,
        };
    }

    private static Dictionary<string, ToolPolicy> ByProvider(ToolsConfig all, ToolsConfig? agent)
    {
        IEnumerable<string> names = agent is null ? all.ByProvider.Keys : all.ByProvider.Keys.Concat(agent.ByProvider.Keys);
        return names.Distinct(StringComparer.OrdinalIgnoreCase)
            .ToDictionary(name => name, name => ToolPolicy.Of(all, agent, name), StringComparer.OrdinalIgnoreCase);
    }
}

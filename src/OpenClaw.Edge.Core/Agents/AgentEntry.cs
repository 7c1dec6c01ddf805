using System.Collections.ObjectModel;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>A configured agent, with defaults applied.</summary>
public sealed record AgentEntry
{
    /// <summary>Lower-case id.</summary>
    public required string Id { get; init; }

    /// <summary>Name for a person; the id when none is configured.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the directory that the agent's tools work in.</summary>
    public required string Workspace { get; init; }

    /// <summary><c>provider/model</c> or an alias; <see langword="null"/> means the first model that is found.</summary>
    public string? Model { get; init; }

    /// <summary>Models to try when the first fails, in order.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>Whether this is the agent of unqualified session keys.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Emoji of its identity.</summary>
    public string? Emoji { get; init; }

    /// <summary>Reasoning level; <see langword="null"/> is the model's own.</summary>
    public string? Think { get; init; }

    /// <summary>Tools that it may use, whatever the model.</summary>
    public ToolPolicy Tools { get; init; } = new(null, null, null, null);

    /// <summary>The same for models that have rules of their own, by <c>provider</c> or <c>provider/model</c>; case does not matter.</summary>
    public IReadOnlyDictionary<string, ToolPolicy> ToolsByProvider { get; init; } = ReadOnlyDictionary<string, ToolPolicy>.Empty;

    /// <summary>What repeats itself is stopped by these rules.</summary>
    public LoopDetectionConfig LoopDetection { get; init; } = new();

    /// <summary>Whether schemas wait behind <c>tool_search</c>; null means: when they take too much of the window.</summary>
    public bool? ToolSearch { get; init; }

    /// <summary>Which of them it may use in sandboxed sessions.</summary>
    public ToolPolicy SandboxTools { get; init; } = SandboxToolPolicy.Of(null, new SandboxConfig(), new ToolsConfig());

    /// <summary>Whose call it is, for the question whether it is sandboxed.</summary>
    public SandboxScope ScopeOf(SessionKey key) => new(Id, key.Text, Workspace);

    /// <summary>Tools that it may use towards a model.</summary>
    /// <param name="modelRef"><c>provider/model</c>; null when no model is meant.</param>
    public ToolPolicy ToolsFor(string? modelRef) =>
        modelRef is null || ToolsByProvider.Count == 0 ? Tools
        : ToolsByProvider.GetValueOrDefault(modelRef) ?? ToolsByProvider.GetValueOrDefault(modelRef.Split('/', 2)[0]) ?? Tools;

    /// <summary>Tools that it may use in a session, towards a model.</summary>
    public ToolPolicy ToolsIn(SessionKey key, SandboxRouter? router, string? modelRef) =>
        InSession(key, router?.Covers(ScopeOf(key)) == true ? ToolsFor(modelRef).Within(SandboxTools) : ToolsFor(modelRef));

    /// <summary>Which of them sub-agents may use.</summary>
    public ToolPolicy SubagentTools { get; init; } = SubagentDesk.Policy(new ToolListConfig());

    private ToolPolicy InSession(SessionKey key, ToolPolicy policy) => SubagentDesk.IsSubagent(key) ? policy.Within(SubagentTools) : policy;
}

using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools</c> section, global or of an agent.</summary>
public sealed record ToolsConfig
{
    /// <summary><c>minimal</c>, <c>coding</c>, <c>messaging</c> or <c>full</c>; <see langword="null"/> means by lists only.</summary>
    public string? Profile { get; init; }

    /// <summary>Tools allowed; empty means: the profile's.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Tools allowed on top of the profile.</summary>
    public IReadOnlyList<string> AlsoAllow { get; init; } = [];

    /// <summary>Tools denied; wins.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Further limits by <c>provider</c> or <c>provider/model</c>; the longer name wins.</summary>
    public IReadOnlyDictionary<string, ToolRulesConfig> ByProvider { get; init; } = ReadOnlyDictionary<string, ToolRulesConfig>.Empty;

    /// <summary>Calls that repeat themselves; <see langword="null"/> means the global section, or its defaults.</summary>
    public LoopDetectionConfig? LoopDetection { get; init; }

    /// <summary>Whether schemas wait behind <c>tool_search</c>; <see langword="null"/> means: when they would take too much of the window.</summary>
    public bool? ToolSearch { get; init; }

    /// <summary>Whether models are offered <c>progress_card</c>; <see langword="null"/> means the global section, or no.</summary>
    public bool? UpdatePlan { get; init; }

    /// <summary>Commands.</summary>
    public ExecConfig Exec { get; init; } = new();

    /// <summary>Web search and fetch.</summary>
    public WebToolsConfig Web { get; init; } = new();

    /// <summary>Tools inside sandboxes; empty lists mean the sandbox defaults.</summary>
    public ToolListConfig SandboxTools { get; init; } = new();

    /// <summary>Whose messages may lift commands out of the sandbox.</summary>
    public ElevatedConfig Elevated { get; init; } = new();

    /// <summary>Which sessions the session tools reach.</summary>
    public SessionToolsConfig Sessions { get; init; } = new();

    /// <summary>Tools of sub-agents, on top of what they never have.</summary>
    public ToolListConfig SubagentTools { get; init; } = new();
}

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

    /// <summary>Tools that it may use.</summary>
    public ToolPolicy Tools { get; init; } = new(null, null, null, null);

    /// <summary>Which of them it may use in sandboxed sessions.</summary>
    public ToolPolicy SandboxTools { get; init; } = SandboxToolPolicy.Of(null, new SandboxConfig(), new ToolsConfig());

    /// <summary>Whose call it is, for the question whether it is sandboxed.</summary>
    public SandboxScope ScopeOf(SessionKey key) => new(Id, key.Text, Workspace);

    /// <summary>Tools that it may use in a session.</summary>
    public ToolPolicy ToolsIn(SessionKey key, SandboxRouter? router) =>
        router?.Covers(ScopeOf(key)) == true ? Tools.Within(SandboxTools) : Tools;
}

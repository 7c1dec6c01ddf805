using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Which tools sandboxed sessions have, as <see cref="SandboxToolLists"/> says.</summary>
public static class SandboxToolPolicy
{
    /// <summary>The policy of an agent.</summary>
    /// <param name="agent">The agent's <c>tools</c>; null when it has none of its own.</param>
    /// <param name="sandbox">The agent's <c>sandbox</c>, whose <c>tools</c> is the old place.</param>
    /// <param name="all">The <c>tools</c> of the root.</param>
    public static ToolPolicy Of(ToolsConfig? agent, SandboxConfig sandbox, ToolsConfig all) => new(
        null, SandboxToolLists.Allow(agent, sandbox, all).Names, null, SandboxToolLists.Deny(agent, sandbox, all).Names);
}

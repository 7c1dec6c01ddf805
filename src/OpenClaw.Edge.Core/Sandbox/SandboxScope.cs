namespace OpenClaw.Edge.Sandbox;

/// <summary>Whose tool call it is: decides whether it is sandboxed and in which container.</summary>
/// <param name="AgentId">Lower-case id of the agent.</param>
/// <param name="SessionKey">Canonical session key, <c>agent:&lt;id&gt;:&lt;rest&gt;</c>.</param>
/// <param name="WorkspaceDir">Absolute path of the agent's workspace on the host.</param>
public readonly record struct SandboxScope(string AgentId, string SessionKey, string WorkspaceDir)
{
    /// <summary>Whether this is the agent's main session, which <c>mode: "non-main"</c> leaves on the host.</summary>
    public bool IsMain => SessionKey == "global" || SessionKey == $"agent:{AgentId}:main";
}

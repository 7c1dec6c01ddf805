using System.Diagnostics.CodeAnalysis;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>The session that a call is about.</summary>
internal static class SessionTarget
{
    /// <summary>Reads a session key from a member, with the call's <c>agentId</c> as owner of a short one.</summary>
    public static bool TryRead(
        MethodCall call,
        string member,
        AgentCatalog agents,
        out SessionKey key,
        [NotNullWhen(false)] out GatewayError? error) =>
        TryParse(call.Text(member), call.Text("agentId"), agents.For(call.Connection.Grant!.Route), out key, out error);

    /// <summary>The agents as whoever calls sees them: its own default agent is the one that <c>bindings</c> choose.</summary>
    public static AgentCatalog AgentsOf(this GatewayRuntime runtime, MethodCall call) => runtime.Agents().For(call.Connection.Grant!.Route);

    /// <summary>Reads a session key.</summary>
    public static bool TryParse(
        string? text,
        string? agentId,
        AgentCatalog agents,
        out SessionKey key,
        [NotNullWhen(false)] out GatewayError? error)
    {
        error = null;
        if (!SessionKey.TryParse(text, agentId ?? agents.Default.Id, out key))
        {
            error = GatewayError.Invalid("invalid session key");
            return false;
        }

        if (!agents.TryGet(key.AgentId, out _))
        {
            error = UnknownAgent(key.AgentId);
            return false;
        }

        return true;
    }

    /// <summary>The error for an agent that is not configured.</summary>
    public static GatewayError UnknownAgent(string agentId) =>
        GatewayError.Invalid($"Agent \"{agentId}\" no longer exists in configuration");
}

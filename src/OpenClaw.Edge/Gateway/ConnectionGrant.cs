using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>What a connection got at its handshake. Immutable, but for when its secret ends.</summary>
internal sealed class ConnectionGrant(ConnectParams parameters, ScopeSet scopes, string method, string? deviceId)
{
    /// <summary>Who connected.</summary>
    public ConnectClient Client { get; } = parameters.Client;

    /// <summary><c>operator</c> or <c>node</c>.</summary>
    public string Role { get; } = parameters.Role;

    /// <summary>Who connected, as messages name it.</summary>
    public TransportClient Program { get; } = new(parameters.Client.Id, parameters.Client.Mode);

    /// <summary>Effective scopes.</summary>
    public ScopeSet Scopes { get; } = scopes;

    /// <summary><c>none</c>, <c>token</c>, <c>password</c>, <c>device-token</c>, <c>bootstrap-token</c> or <c>trusted-proxy</c>.</summary>
    public string Method { get; } = method;

    /// <summary>Proven device; null without one.</summary>
    public string? DeviceId { get; } = deviceId;

    /// <summary>Whether it is a node.</summary>
    public bool IsNode { get; } = parameters.Role == "node";

    /// <summary>Whether it may see what read-scoped operators see.</summary>
    public bool Reads { get; } = parameters.Role != "node" && scopes.Allows(OperatorScopes.Read);

    /// <summary>Whether it may see secrets of the installation, such as paths.</summary>
    public bool IsAdmin { get; } = parameters.Role != "node" && scopes.Allows(OperatorScopes.Admin);

    /// <summary>Who its messages are from, when commands may leave the sandbox for them at all: that takes an administrator.</summary>
    public MessageSender? Sender => IsAdmin ? new MessageSender("webchat", User ?? DeviceId ?? Client.Id, Client.DisplayName) : null;

    /// <summary>Whether it wants tool streams of its own runs.</summary>
    public bool ToolEvents { get; } = parameters.Caps.Contains("tool-events", StringComparer.Ordinal);

    /// <summary>Whether it wants to know which models may be chosen by hand.</summary>
    public bool SelectsModels { get; } = parameters.Caps.Contains("model-selection-policy", StringComparer.Ordinal);

    /// <summary>Whether it wants chat and agent events of subscribed sessions only.</summary>
    public bool SessionScoped { get; } = parameters.Caps.Contains("session-scoped-events", StringComparer.Ordinal);

    /// <summary>Whether a person is behind it who is shown what waits for approval and can answer: it may, and it is a program that does so
    /// or says that it does. Source: docs/protocol.md, approvals.</summary>
    public bool Approves { get; } = parameters.Role != "node" && scopes.Allows(OperatorScopes.Approvals)
        && (parameters.Client.Id is "openclaw-control-ui" or "openclaw-macos" or "openclaw-ios" or "openclaw-android"
            || parameters.Caps.Contains("approvals", StringComparer.Ordinal)
            || parameters.Caps.Contains("exec-approvals", StringComparer.Ordinal));

    /// <summary>Whether a person is behind it who is shown questions and can answer them, likewise; the capability is ours.</summary>
    public bool Answers { get; } = parameters.Role != "node" && scopes.Allows(OperatorScopes.Questions)
        && (parameters.Client.Id is "openclaw-control-ui" or "openclaw-macos" or "openclaw-ios" or "openclaw-android"
            || parameters.Caps.Contains("questions", StringComparer.Ordinal));

    /// <summary>What it declared that it can do; of nodes.</summary>
    public NodeSurface Declared { get; } = parameters.Role == "node" ? NodeSessions.Declared(parameters) : NodeSurface.Empty;

    /// <summary>Device tokens to tell it; its own first.</summary>
    public IReadOnlyList<IssuedToken> Tokens { get; init; } = [];

    /// <summary>Where its calls come from that name no agent: the kind of client as channel, its device as the peer.</summary>
    public RouteQuery Route { get; } = new(parameters.Role == "node" ? "node" : parameters.Client.Mode is "ui" ? "webchat" : parameters.Client.Mode) { PeerId = deviceId };

    /// <summary>Who a proxy says it is; null without one.</summary>
    public string? User { get; init; }

    /// <summary>When it connected, epoch milliseconds: right before its credentials were judged.</summary>
    public long SinceMs { get; init; }

    /// <summary><see cref="PairingEvents.Revocations"/> at that time.</summary>
    public int Revocations { get; init; }

    /// <summary>When the secret that it came in by stops opening, epoch milliseconds; the largest number for one in force. Written by the
    /// sweep.</summary>
    public long EndsAtMs { get; set; } = long.MaxValue;
}

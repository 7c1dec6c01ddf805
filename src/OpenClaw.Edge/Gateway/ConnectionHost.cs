using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>What all connections share.</summary>
internal sealed class ConnectionHost
{
    private readonly Func<AgentCatalog> _agents;
    private readonly HelloWriter _hello;
    private readonly PresenceBoard _presence;
    private readonly Broadcaster _broadcaster;

    /// <summary>Puts the shared parts together.</summary>
    public ConnectionHost(
        GatewayRuntime runtime,
        ConnectionRegistry registry,
        MethodTable methods,
        HelloWriter hello,
        PresenceBoard presence,
        Broadcaster broadcaster)
    {
        Time = runtime.Time;
        Logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Gateway");
        Writes = new ControlPlaneLimit(runtime.Time);
        Registry = registry;
        Methods = methods;
        _agents = runtime.Agents;
        _hello = hello;
        _presence = presence;
        _broadcaster = broadcaster;
    }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Log of the gateway.</summary>
    public ILogger Logger { get; }

    /// <summary>Bytes that wait for all peers together.</summary>
    public OutboundBudget Budget { get; } = OutboundBudget.OfThisHost();

    /// <summary>Judge of connect requests.</summary>
    public required Handshake Handshake { get; init; }

    /// <summary>Connected nodes.</summary>
    public required NodeSessions Nodes { get; init; }

    /// <summary>Slows callers that change the gateway itself.</summary>
    public ControlPlaneLimit Writes { get; }

    /// <summary>Open sockets.</summary>
    public ConnectionRegistry Registry { get; }

    /// <summary>Methods.</summary>
    public MethodTable Methods { get; }

    /// <summary>The agent that is meant: the one that was asked for, or the default one.</summary>
    public string AgentOf(string? asked) => asked is not null && _agents().TryGet(asked, out AgentEntry? agent) ? agent.Id : _agents().Default.Id;

    /// <summary>Answers an accepted connect request and lets events flow.</summary>
    public void Welcome(GatewayConnection connection, string requestId)
    {
        ConnectionGrant grant = connection.Grant!;
        connection.Send(FrameWriter.Response(requestId, json => _hello.Write(json, connection, grant)));
        Registry.Release(connection.Peer.Client);
        Registry.AddReady(connection);
        if (Handshake.IsOver(grant))
        {
            connection.Close(CloseCodes.AuthChanged, "device removed");
        }

        _broadcaster.CountAudience();
        if (grant.IsNode)
        {
            Nodes.Joined(connection);
        }

        if (_presence.Joined(grant))
        {
            _broadcaster.PublishPresence();
        }
    }

    /// <summary>Forgets a connection that has ended.</summary>
    public void Farewell(GatewayConnection connection)
    {
        if (!Registry.Remove(connection))
        {
            Registry.Release(connection.Peer.Client);
            return;
        }

        _broadcaster.CountAudience();
        if (connection.Grant!.IsNode)
        {
            Nodes.Left(connection);
        }

        if (_presence.Left(connection))
        {
            _broadcaster.PublishPresence();
        }
    }
}

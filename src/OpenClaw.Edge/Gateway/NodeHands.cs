using System.Text.Json;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Nodes as the hands of sessions: <c>system.run</c> for the tool <c>exec</c>. Thread-safe.</summary>
internal sealed class NodeHands(GatewayRuntime runtime, ConnectionRegistry registry, NodeSessions nodes)
{
    private const string Command = "system.run";

    /// <summary>A connected node that runs commands, told by its id, the beginning of it, or its name; the only one for null.</summary>
    public (string? Id, string Problem) Find(string? wanted)
    {
        List<(string Id, string Name)> able = [];
        foreach (GatewayConnection socket in registry.Ready)
        {
            // one that came back is here twice until its old socket is missed
            if (socket.Grant is { IsNode: true, DeviceId: { } id } && !able.Exists(node => node.Id == id) && runtime.Devices.Find(id) is { } device && device.LiveRole("node") is not null
                && nodes.Effective(device).Commands.Contains(Command, StringComparer.Ordinal))
            {
                able.Add((id, device.Label ?? socket.Grant.Client.DisplayName ?? device.DisplayName ?? id));
            }
        }

        string all = string.Join(", ", able.ConvertAll(node => node.Name == node.Id ? node.Id : $"{node.Id} ({node.Name})"));
        if (able.Count == 0)
        {
            return (null, $"exec host=node requires a connected node that supports system.run ({(wanted is null ? "none available" : $"{wanted} is not connected")}). Start or reconnect the companion app or node host (openclaw node run).");
        }

        if (wanted is null)
        {
            return able.Count == 1 ? (able[0].Id, "") : (null, $"exec host=node requires a node when multiple executable nodes are connected: {all}.");
        }

        List<(string Id, string Name)> meant = able.FindAll(node => node.Id == wanted);
        meant = meant.Count > 0 ? meant : able.FindAll(node => string.Equals(node.Name, wanted, StringComparison.OrdinalIgnoreCase));
        meant = meant.Count > 0 || wanted.Length < 6 ? meant : able.FindAll(node => node.Id.StartsWith(wanted, StringComparison.Ordinal));
        return meant.Count == 1
            ? (meant[0].Id, "")
            : (null, $"exec host=node requires a connected node that supports system.run ({wanted} is {(meant.Count == 0 ? "not eligible" : "not one node only")}; eligible node ids: {all}).");
    }

    /// <summary>Has it run a command.</summary>
    /// <param name="id">The node.</param>
    /// <param name="parameters">Those of <c>system.run</c>.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="cancellationToken">Nobody wants it any more: the node is told.</param>
    public async Task<NodeAnswer> RunAsync(string id, JsonElement parameters, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The person may have thought for long: the node may be gone, or offer or be allowed less.
        if (Find(id) is { Id: null, Problem: { } gone })
        {
            return new NodeAnswer(default, "NOT_CONNECTED", gone);
        }

        if (nodes.Find(id) is not { } socket)
        {
            return new NodeAnswer(default, "NOT_CONNECTED", "node not connected");
        }

        MethodReply reply = await nodes.InvokeAsync(socket, Command, parameters, timeout, Guid.NewGuid().ToString(), cancellationToken);
        return reply.Error is { } error ? new NodeAnswer(default, error.Code, error.Message)
            : NodeSessions.PayloadOf(reply) is { } payload ? new NodeAnswer(payload)
            : new NodeAnswer(default, "INVALID_RESULT", "it answered nothing that is a result");
    }
}

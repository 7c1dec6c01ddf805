using System.Text.Json;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>node.pair.list</c>, <c>.approve</c>, <c>.reject</c>, <c>.remove</c>: which of a node's capabilities may be used.</summary>
internal sealed class NodePairMethods(GatewayRuntime runtime, PairingEvents events, NodeSessions nodes, NodeWishes wishes)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("node.pair.list", OperatorScopes.Pairing, "", List),
        new("node.pair.approve", OperatorScopes.Pairing, "requestId!:str1", ApproveAsync),
        new("node.pair.reject", OperatorScopes.Pairing, "requestId!:str1", RejectAsync),
        new("node.pair.remove", OperatorScopes.Pairing, "nodeId!:str1", RemoveAsync),
    ];

    private MethodReply List(MethodCall call)
    {
        DeviceAuthority caller = DeviceAuthority.Of(call);
        NodeRequest[] pending = [.. runtime.Devices.Nodes.Pending().Where(request => caller.Reaches(request.NodeId))];
        PairedDevice[] paired =
            [.. runtime.Devices.Devices().Where(device => device.Surface is not null && caller.Reaches(device.DeviceId))];
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("pending"u8);
            foreach (NodeRequest request in pending)
            {
                PairingJson.WriteNodeRequest(json, request, runtime.Devices.Find(request.NodeId));
            }

            json.WriteEndArray();
            json.WriteStartArray("paired"u8);
            foreach (PairedDevice device in paired)
            {
                WriteNode(json, device.DeviceId, device, device.Surface!);
            }

            json.WriteEndArray();
        });
    }

    private async ValueTask<MethodReply> ApproveAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string requestId = call.Text("requestId")!;
        NodeRequest? request = runtime.Devices.Nodes.FindRequest(requestId);
        DeviceAuthority caller = DeviceAuthority.Of(call);
        if (!caller.SeesAll && (request is null || !caller.Reaches(request.NodeId)))
        {
            return MethodReply.Invalid("node pairing approval denied");
        }

        if (request is { Surface.NeedsAdmin: true } && !caller.IsAdmin)
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (request is null || await runtime.Devices.Nodes.ApproveAsync(requestId, cancellationToken) is not { } approved)
        {
            return MethodReply.Invalid("unknown requestId");
        }

        events.NodeResolved(requestId, approved.NodeId, "approved");
        PairedDevice? device = runtime.Devices.Find(approved.NodeId);
        return MethodReply.Object(json =>
        {
            json.WriteString("requestId"u8, requestId);
            json.WritePropertyName("node"u8);
            WriteNode(json, approved.NodeId, device, approved.Surface);
        });
    }

    private async ValueTask<MethodReply> RejectAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string requestId = call.Text("requestId")!;
        NodeRequest? request = runtime.Devices.Nodes.FindRequest(requestId);
        DeviceAuthority caller = DeviceAuthority.Of(call);
        if (!caller.SeesAll && (request is null || !caller.Reaches(request.NodeId)))
        {
            return MethodReply.Invalid("node pairing rejection denied");
        }

        if (request is null || await runtime.Devices.Nodes.RejectAsync(requestId, cancellationToken) is null)
        {
            return MethodReply.Invalid("unknown requestId");
        }

        events.NodeResolved(requestId, request.NodeId, "rejected");
        return MethodReply.Object(json =>
        {
            json.WriteString("requestId"u8, requestId);
            json.WriteString("nodeId"u8, request.NodeId);
        });
    }

    private async ValueTask<MethodReply> RemoveAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string nodeId = call.Text("nodeId")!.Trim();
        if (!DeviceAuthority.Of(call).SeesAll)
        {
            return MethodReply.Invalid("node pairing removal denied");
        }

        if (!await runtime.Devices.RemoveRoleAsync(nodeId, "node", cancellationToken))
        {
            return MethodReply.Invalid("unknown nodeId");
        }

        wishes.Forget(nodeId);
        nodes.Facts.Forget(nodeId);
        events.NodeResolved("", nodeId, "removed");
        events.Disconnect(nodeId, "node", "device removed");
        events.DevicesChanged();
        return MethodReply.Object(json => json.WriteString("nodeId"u8, nodeId));
    }

    private static void WriteNode(Utf8JsonWriter json, string nodeId, PairedDevice? device, NodeSurface surface)
    {
        json.WriteStartObject();
        json.WriteString("nodeId"u8, nodeId);
        PairingJson.WriteOptional(json, "displayName", device?.Label ?? device?.DisplayName);
        PairingJson.WriteOptional(json, "platform", device?.Platform);
        PairingJson.WriteSurface(json, surface);
        PairingJson.WriteOptional(json, "createdAtMs", device?.CreatedAtMs);
        PairingJson.WriteOptional(json, "approvedAtMs", device?.SurfaceApprovedAtMs);
        json.WriteEndObject();
    }
}

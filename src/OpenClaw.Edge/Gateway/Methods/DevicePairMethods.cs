using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>device.pair.list</c>, <c>.approve</c>, <c>.reject</c>, <c>.remove</c>, <c>.rename</c>. Texts are the original's.</summary>
internal sealed class DevicePairMethods(GatewayRuntime runtime, PairingEvents events)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("device.pair.list", OperatorScopes.Pairing, "", List),
        new("device.pair.approve", OperatorScopes.Pairing, "requestId!:str1", ApproveAsync),
        new("device.pair.reject", OperatorScopes.Pairing, "requestId!:str1", RejectAsync),
        new("device.pair.remove", OperatorScopes.Pairing, "deviceId!:str1", RemoveAsync),
        new("device.pair.rename", OperatorScopes.Pairing, "deviceId!:str1 label!:str(200)", RenameAsync),
    ];

    private MethodReply List(MethodCall call)
    {
        DeviceAuthority caller = DeviceAuthority.Of(call);
        PairingRequest[] pending = [.. runtime.Devices.Pending().Where(request => caller.Reaches(request.Ask.DeviceId))];
        PairedDevice[] paired = [.. runtime.Devices.Devices().Where(device => caller.Reaches(device.DeviceId))];
        IReadOnlyList<NodeRequest> nodes = runtime.Devices.Nodes.Pending();
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("pending"u8);
            foreach (PairingRequest request in pending)
            {
                PairingJson.WriteRequest(json, request);
            }

            json.WriteEndArray();
            json.WriteStartArray("paired"u8);
            foreach (PairedDevice device in paired)
            {
                PairingJson.WriteDevice(json, device, events.IsConnected(device.DeviceId), nodes.FirstOrDefault(node => node.NodeId == device.DeviceId));
            }

            json.WriteEndArray();
        });
    }

    private async ValueTask<MethodReply> ApproveAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string requestId = call.Text("requestId")!.Trim();
        DeviceAuthority caller = DeviceAuthority.Of(call);
        PairingRequest? request = runtime.Devices.FindRequest(requestId);
        if (!caller.IsAdmin
            && (request is null || !caller.Reaches(request.Ask.DeviceId) || request.Ask.Role != "operator"))
        {
            return MethodReply.Invalid("device pairing approval denied");
        }

        if (request is null)
        {
            return MethodReply.Invalid("unknown requestId");
        }

        // Nobody hands out what he does not have.
        foreach (string scope in request.Ask.Scopes)
        {
            if (!call.Connection.Grant!.Scopes.AllowsAll([scope]))
            {
                return MethodReply.Invalid($"missing scope: {scope}");
            }
        }

        if (await runtime.Devices.ApproveAsync(requestId, cancellationToken) is not { } device)
        {
            return MethodReply.Invalid("unknown requestId");
        }

        events.DeviceResolved(requestId, device.DeviceId, "approved");
        return MethodReply.Object(json =>
        {
            json.WriteString("requestId"u8, requestId);
            json.WritePropertyName("device"u8);
            PairingJson.WriteDevice(json, device, connected: null);
        });
    }

    private async ValueTask<MethodReply> RejectAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string requestId = call.Text("requestId")!.Trim();
        DeviceAuthority caller = DeviceAuthority.Of(call);
        PairingRequest? waiting = runtime.Devices.FindRequest(requestId);
        if (!caller.SeesAll && (waiting is null || !caller.Reaches(waiting.Ask.DeviceId)))
        {
            return MethodReply.Invalid("device pairing rejection denied");
        }

        if (await runtime.Devices.RejectAsync(requestId, cancellationToken) is not { } request)
        {
            return MethodReply.Invalid("unknown requestId");
        }

        events.DeviceResolved(requestId, request.Ask.DeviceId, "rejected");
        return MethodReply.Object(json =>
        {
            json.WriteString("requestId"u8, requestId);
            json.WriteString("deviceId"u8, request.Ask.DeviceId);
        });
    }

    private async ValueTask<MethodReply> RemoveAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string deviceId = call.Text("deviceId")!.Trim();
        if (Denies(call, deviceId))
        {
            return MethodReply.Invalid("device pairing removal denied");
        }

        if (!await runtime.Devices.RemoveAsync(deviceId, cancellationToken))
        {
            return MethodReply.Invalid("unknown deviceId");
        }

        events.DevicesChanged();
        call.Connection.Send(FrameWriter.Response(call.Id, json =>
        {
            json.WriteStartObject();
            json.WriteString("deviceId"u8, deviceId);
            json.WriteEndObject();
        }));
        events.Disconnect(deviceId, role: null, "device removed");
        return MethodReply.Sent;
    }

    private async ValueTask<MethodReply> RenameAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string deviceId = call.Text("deviceId")!.Trim();
        string label = call.Text("label")!.Trim();
        if (label.Length == 0)
        {
            return MethodReply.Invalid("label required");
        }

        if (Denies(call, deviceId))
        {
            return MethodReply.Invalid("device pairing rename denied");
        }

        if (!await runtime.Devices.RenameAsync(deviceId, label, cancellationToken))
        {
            return MethodReply.Invalid("unknown deviceId");
        }

        events.DevicesChanged();
        return MethodReply.Object(json =>
        {
            json.WriteString("deviceId"u8, deviceId);
            json.WriteString("label"u8, label);
        });
    }

    private bool Denies(MethodCall call, string deviceId)
    {
        DeviceAuthority caller = DeviceAuthority.Of(call);
        return !caller.Reaches(deviceId)
            || (runtime.Devices.Find(deviceId) is { } device && !caller.MayManage(device));
    }
}

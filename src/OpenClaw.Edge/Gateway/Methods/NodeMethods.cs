using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>node.list</c>, <c>.describe</c>, <c>.rename</c>, <c>.invoke</c>, <c>node.pending.enqueue</c>.</summary>
internal sealed class NodeMethods(GatewayRuntime runtime, PairingEvents events, NodeSessions nodes, NodeWishes wishes)
{
    private const int DefaultTimeoutMs = 30_000;

    // Names of the original that an operator never calls through node.invoke, or as an admin only.
    private static readonly string[] AdminCommands = ["browser.proxy", "browser.proxy.upload.v1", "fs.listDir", "terminal.upload"];

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("node.list", OperatorScopes.Read, "", List),
        MethodEntry.Of("node.describe", OperatorScopes.Read, "nodeId!:str1", Describe),
        new("node.rename", OperatorScopes.Pairing, "nodeId!:str1 displayName!:str1(200)", RenameAsync),
        new(
            "node.invoke",
            OperatorScopes.Write,
            "nodeId!:str1 command!:str1 params:any timeoutMs:int(0..600000) idempotencyKey!:str1 sessionKey:str",
            InvokeAsync),
        MethodEntry.Of(
            "node.pending.enqueue",
            OperatorScopes.Write,
            "nodeId!:str1 type!:status.request|location.request priority:normal|high expiresInMs:int(1000..86400000) wake:bool",
            Enqueue),
    ];

    private MethodReply List(MethodCall call)
    {
        PairedDevice[] rows = [.. runtime.Devices.Devices().Where(device => device.LiveRole("node") is not null)];
        string? active = nodes.Facts.ActiveNode();
        return MethodReply.Object(json =>
        {
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            PairingJson.WriteOptional(json, "activeNodeId", active);
            json.WriteStartArray("nodes"u8);
            foreach (PairedDevice row in rows.OrderBy(row => nodes.Find(row.DeviceId) is null))
            {
                json.WriteStartObject();
                WriteMembers(json, row, call, active);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private MethodReply Describe(MethodCall call) =>
        Find(call) is { } node
            ? MethodReply.Object(json =>
            {
                json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
                WriteMembers(json, node, call, nodes.Facts.ActiveNode());
            })
            : MethodReply.Invalid("unknown nodeId");

    private async ValueTask<MethodReply> RenameAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string name = call.Text("displayName")!.Trim();
        if (name.Length == 0)
        {
            return MethodReply.Invalid("displayName required");
        }

        if (Find(call) is not { } node || !await runtime.Devices.RenameAsync(node.DeviceId, name, cancellationToken))
        {
            return MethodReply.Invalid("unknown nodeId");
        }

        events.DevicesChanged();
        return MethodReply.Object(json =>
        {
            json.WriteString("nodeId"u8, node.DeviceId);
            json.WriteString("displayName"u8, name);
        });
    }

    private async ValueTask<MethodReply> InvokeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string command = call.Text("command")!.Trim();
        if (command is "system.execApprovals.get" or "system.execApprovals.set" || command.StartsWith("worker.", StringComparison.Ordinal))
        {
            return MethodReply.Fail(GatewayError.Invalid(
                command[0] == 's' ? "node.invoke does not allow system.execApprovals.*; use exec.approvals.node.*" : "node.invoke does not allow private node controls",
                json => json.WriteString("command"u8, command)));
        }

        if (AdminCommands.Contains(command, StringComparer.Ordinal) && !call.Connection.Grant!.IsAdmin)
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (Find(call) is not { } device)
        {
            // As there: it may have been removed while the call was on its way.
            return PairingChanged("invocation");
        }

        if (nodes.Find(device.DeviceId) is not { } socket)
        {
            return NodeSessions.Failed("NOT_CONNECTED", "node not connected", "node not connected", dispatched: false);
        }

        if (!nodes.Effective(device).Commands.Contains(command, StringComparer.Ordinal))
        {
            return NotAllowed(command, device, socket);
        }

        long timeoutMs = call.Number("timeoutMs") is { } asked and > 0 ? asked : DefaultTimeoutMs;
        call.Params.TryGetProperty("params", out JsonElement parameters);
        if (command == "system.run"
            && NodeRunApproval.Admit(call, device.DeviceId, runtime.Guard?.Gate, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(), ref parameters) is { } refused)
        {
            return MethodReply.Fail(refused);
        }

        if (command == "system.run" && TextOf(parameters, "runId") is { } runId)
        {
            string session = TextOf(parameters, "sessionKey") ?? call.Text("sessionKey") ?? $"node-{device.DeviceId}";
            nodes.Runs.Add(socket, runId, session, TimeSpan.FromMilliseconds(timeoutMs));
        }

        return await nodes.InvokeAsync(
            socket,
            command,
            parameters,
            TimeSpan.FromMilliseconds(timeoutMs),
            call.Text("idempotencyKey")!,
            cancellationToken);
    }

    // Nobody can be woken from here: phones are woken through their maker's service.
    private MethodReply Enqueue(MethodCall call)
    {
        if (Find(call) is not { } node)
        {
            return PairingChanged("pending work");
        }

        (long revision, NodeWish wish) = wishes.Add(node.DeviceId, call.Text("type")!, call.Text("priority"), call.Number("expiresInMs"));
        return MethodReply.Object(json =>
        {
            json.WriteString("nodeId"u8, node.DeviceId);
            json.WriteNumber("revision"u8, revision);
            json.WritePropertyName("queued"u8);
            NodeWishes.Write(json, wish);
            json.WriteBoolean("wakeTriggered"u8, false);
        });
    }

    private static string? TextOf(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text
            ? text
            : null;

    private MethodReply NotAllowed(string command, PairedDevice device, GatewayConnection socket)
    {
        bool nothing = nodes.Effective(device).Commands.Count == 0;
        bool waits = socket.Grant!.Declared.Commands.Contains(command, StringComparer.Ordinal);
        string why = waits ? "the node's declared command surface is pending approval; run `openclaw nodes pending`, then `openclaw nodes approve <requestId>`"
            : nothing ? "the node did not declare any supported commands"
            : $"the node (platform: {socket.Grant.Client.Platform}) does not support \"{command}\"";
        return MethodReply.Fail(GatewayError.Invalid($"node command not allowed: {why}", json =>
        {
            json.WriteString("reason"u8, nothing ? "node did not declare commands"u8 : "command not declared by node"u8);
            json.WriteString("command"u8, command);
        }));
    }

    private static MethodReply PairingChanged(string work) => MethodReply.Fail(
        new GatewayError(ErrorCodes.Unavailable, $"node pairing changed while {work} was active")
        {
            Retryable = true,
            Details = json => json.WriteString("code"u8, "PAIRING_CHANGED"u8),
        });

    private PairedDevice? Find(MethodCall call) =>
        runtime.Devices.Find(call.Text("nodeId")!.Trim()) is { } device && device.LiveRole("node") is not null ? device : null;

    private void WriteMembers(Utf8JsonWriter json, PairedDevice device, MethodCall call, string? active)
    {
        GatewayConnection? socket = nodes.Find(device.DeviceId);
        ConnectClient? client = socket?.Grant?.Client;
        bool approved = device.Surface is not null && (socket is null || device.Surface.Covers(socket.Grant!.Declared));
        json.WriteString("nodeId"u8, device.DeviceId);
        PairingJson.WriteOptional(json, "displayName", device.Label ?? client?.DisplayName ?? device.DisplayName);
        json.WriteString("platform"u8, client?.Platform ?? device.Platform);
        PairingJson.WriteOptional(json, "version", client?.Version ?? device.Version);
        json.WriteString("clientId"u8, client?.Id ?? device.ClientId);
        json.WriteString("clientMode"u8, client?.Mode ?? device.ClientMode);
        PairingJson.WriteOptional(json, "deviceFamily", client?.DeviceFamily ?? device.DeviceFamily);
        PairingJson.WriteOptional(json, "modelIdentifier", client?.ModelIdentifier);
        PairingJson.WriteOptional(json, "remoteIp", device.RemoteIp);
        PairingJson.WriteSurface(json, nodes.Effective(device));
        json.WriteString("approvalState"u8, approved ? "approved"u8 : "pending-approval"u8);
        json.WriteBoolean("paired"u8, true);
        json.WriteBoolean("connected"u8, socket is not null);
        PairingJson.WriteOptional(json, "lastSeenAtMs", device.LastSeenAtMs);
        PairingJson.WriteOptional(json, "lastSeenReason", device.LastSeenReason);
        json.WriteBoolean("sessionHost"u8, false);
        nodes.Facts.Write(json, device.DeviceId);
        if (active == device.DeviceId)
        {
            json.WriteBoolean("active"u8, true);
        }

        ConnectionGrant caller = call.Connection.Grant!;
        bool mayApprove = caller.Scopes.Allows(OperatorScopes.Pairing);
        if ((mayApprove || caller.DeviceId == device.DeviceId)
            && runtime.Devices.Nodes.Pending().FirstOrDefault(request => request.NodeId == device.DeviceId) is { } pending)
        {
            json.WriteString("pendingRequestId"u8, pending.RequestId);
            if (mayApprove)
            {
                json.WriteTexts("pendingDeclaredCaps", pending.Surface.Caps);
                json.WriteTexts("pendingDeclaredCommands", pending.Surface.Commands);
            }
        }

        PairingJson.WriteOptional(json, "lastConnectedAtMs", socket?.Grant?.SinceMs);
        PairingJson.WriteOptional(json, "connectedAtMs", socket?.Grant?.SinceMs);
        json.WriteNumber("approvedAtMs"u8, device.SurfaceApprovedAtMs ?? device.ApprovedAtMs);
    }
}

using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>exec.approvals.node.get</c>, <c>.set</c>: a node's own rules for commands; the node judges what it is sent.</summary>
internal sealed class NodeApprovalMethods(GatewayRuntime runtime, NodeSessions nodes)
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(30); // the original's for a node that says nothing else

    private static readonly string[] s_members =
        ["path", "exists", "hash", "file", "resolvedDefaults", "enabled", "baseHash", "defaultAction", "rules", "constraints", "message"];

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("exec.approvals.node.get", OperatorScopes.Admin, "nodeId!:str1", (call, cancel) => InvokeAsync(call, "system.execApprovals.get", default, cancel)),
        new("exec.approvals.node.set", OperatorScopes.Admin, "nodeId!:str1 file:obj native:obj baseHash:str1", SetAsync),
    ];

    private async ValueTask<MethodReply> SetAsync(MethodCall call, CancellationToken cancellationToken)
    {
        bool native = call.Params.TryGetProperty("native", out JsonElement rules);
        if (native == call.Params.TryGetProperty("file", out JsonElement file) || (native && !call.Has("baseHash")))
        {
            return MethodReply.Invalid(native
                ? "invalid exec.approvals.node.set params: must match exactly one schema in oneOf"
                : "invalid exec.approvals.node.set params: must have required property 'file'; must have required property 'native'; must match exactly one schema in oneOf");
        }

        byte[] parameters = FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            if (native)
            {
                foreach (JsonProperty member in rules.EnumerateObject())
                {
                    member.WriteTo(json);
                }
            }
            else
            {
                json.WritePropertyName("file"u8);
                file.WriteTo(json);
            }

            PairingJson.WriteOptional(json, "baseHash", call.Text("baseHash"));
            json.WriteEndObject();
        });
        using JsonDocument sent = JsonDocument.Parse(parameters);
        return await InvokeAsync(call, "system.execApprovals.set", sent.RootElement, cancellationToken);
    }

    private async ValueTask<MethodReply> InvokeAsync(MethodCall call, string command, JsonElement parameters, CancellationToken cancellationToken)
    {
        string id = call.Text("nodeId")!.Trim();
        if (id.Length == 0)
        {
            return MethodReply.Invalid("nodeId required");
        }

        if (runtime.Devices.Find(id) is not { } device || device.LiveRole("node") is null || nodes.Find(id) is not { } socket)
        {
            return NodeSessions.Failed("NOT_CONNECTED", "node not connected", "NOT_CONNECTED: node not connected", dispatched: false, coded: false);
        }

        IReadOnlyList<string> commands = nodes.Effective(device).Commands;
        if (!commands.Contains(command, StringComparer.Ordinal))
        {
            string why = commands.Count == 0 ? "node did not declare commands" : "command not declared by node";
            return MethodReply.Fail(GatewayError.Invalid($"node command not allowed: {command} ({why})", json =>
            {
                json.WriteString("command"u8, command);
                json.WriteString("reason"u8, why);
            }));
        }

        MethodReply reply = await nodes.InvokeAsync(socket, command, parameters, s_wait, Guid.NewGuid().ToString(), cancellationToken);
        if (reply.Error is { } error)
        {
            return MethodReply.Fail(error);
        }

        return NodeSessions.PayloadOf(reply) is { } payload && (command.EndsWith("set", StringComparison.Ordinal) || IsSnapshot(payload))
            ? MethodReply.Value(payload.WriteTo)
            : MethodReply.Invalid("node returned invalid exec approvals payload");
    }

    // A file that the node keeps, or rules of its own kind.
    private static bool IsSnapshot(JsonElement payload)
    {
        foreach (JsonProperty member in payload.EnumerateObject())
        {
            if (!s_members.Contains(member.Name, StringComparer.Ordinal))
            {
                return false;
            }
        }

        return payload.TryGetProperty("file", out JsonElement file)
            ? file.ValueKind == JsonValueKind.Object && payload.TryGetProperty("path", out _) && payload.TryGetProperty("exists", out _)
                && payload.TryGetProperty("hash", out _) && !payload.TryGetProperty("enabled", out _)
            : payload.TryGetProperty("enabled", out JsonElement enabled) && enabled.ValueKind is JsonValueKind.True or JsonValueKind.False;
    }
}

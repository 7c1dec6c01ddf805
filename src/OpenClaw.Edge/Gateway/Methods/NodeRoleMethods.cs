using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>What nodes call: answers to commands, their own events, and the queue of what is wanted of them. Actions that wait until an
/// app is in front (<c>node.pending.pull</c>) are not kept: that list is empty.</summary>
internal sealed class NodeRoleMethods(GatewayRuntime runtime, NodeSessions nodes, NodeWishes wishes)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        Entry(
            "node.invoke.result",
            "id!:str1 nodeId!:str1 ok!:bool payload:any payloadJSON:str? error:obj? …",
            Result),
        Entry("node.invoke.progress", "invokeId!:str1 nodeId!:str1 seq!:int(0..) chunk!:str(16384) …", _ => Done()),
        Entry("node.event", "event!:str1 payload:any payloadJSON:str? …", Event),
        Entry("node.pending.drain", "maxItems:int(1..10)", Drain),
        Entry("node.pending.pull", "", Pull),
        Entry("node.pending.ack", "ids!:strs", Acknowledge),
        Entry("skills.bins", "", _ => MethodReply.Object(json => json.WriteTexts("bins", SkillMethods.Bins(runtime)))),
    ];

    private static MethodEntry Entry(string name, string notation, Func<MethodCall, MethodReply> run) =>
        MethodEntry.Of(name, OperatorScopes.None, notation, run) with { Role = MethodRole.Node };

    private MethodReply Result(MethodCall call)
    {
        if (call.Text("nodeId") != call.Connection.Grant!.DeviceId)
        {
            return MethodReply.Invalid("nodeId mismatch");
        }

        bool waited = nodes.Complete(call.Connection, call.Text("id")!, call.Params.Clone());
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            if (!waited)
            {
                json.WriteBoolean("ignored"u8, true);
            }
        });
    }

    private MethodReply Event(MethodCall call)
    {
        if (call.Text("event") != "node.presence.alive")
        {
            return Done();
        }

        if (runtime.Devices.Find(call.Connection.Grant!.DeviceId!) is { } device)
        {
            runtime.Devices.NoteSeen(device, "node-alive");
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("event"u8, "node.presence.alive"u8);
            json.WriteBoolean("handled"u8, true);
            json.WriteString("reason"u8, "persisted"u8);
        });
    }

    private static MethodReply Done() => MethodReply.Object(json => json.WriteBoolean("ok"u8, true));

    private MethodReply Drain(MethodCall call)
    {
        string nodeId = call.Connection.Grant!.DeviceId!;
        (long revision, IReadOnlyList<NodeWish> taken, bool more) = wishes.Drain(nodeId, (int?)call.Number("maxItems"));
        return MethodReply.Object(json =>
        {
            json.WriteString("nodeId"u8, nodeId);
            json.WriteNumber("revision"u8, revision);
            json.WriteStartArray("items"u8);
            foreach (NodeWish wish in taken)
            {
                NodeWishes.Write(json, wish);
            }

            json.WriteEndArray();
            json.WriteBoolean("hasMore"u8, more);
        });
    }

    private static MethodReply Pull(MethodCall call) => MethodReply.Object(json =>
    {
        json.WriteString("nodeId"u8, call.Connection.Grant!.DeviceId);
        json.WriteStartArray("actions"u8);
        json.WriteEndArray();
    });

    private static MethodReply Acknowledge(MethodCall call)
    {
        JsonElement ids = call.Params.GetProperty("ids");
        return MethodReply.Object(json =>
        {
            json.WriteString("nodeId"u8, call.Connection.Grant!.DeviceId);
            json.WritePropertyName("ackedIds"u8);
            ids.WriteTo(json);
            json.WriteNumber("remainingCount"u8, 0);
        });
    }
}

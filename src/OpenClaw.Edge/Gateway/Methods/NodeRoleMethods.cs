using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>What nodes call: answers to commands, the queue of what is wanted of them, and what waits until their app is
/// in front.</summary>
internal sealed class NodeRoleMethods(GatewayRuntime runtime, NodeSessions nodes, NodeWishes wishes)
{
    private const int MaxChunkBytes = 16_384;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        Entry(
            "node.invoke.result",
            "id!:str1 nodeId!:str1 ok!:bool payload:any payloadJSON:str? error:obj? …",
            Result),
        Entry("node.invoke.progress", "invokeId!:str1 nodeId!:str1 seq!:int(0..) chunk!:str …", Progress),
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

    // As there: who calls node.invoke over the wire gets the whole answer at its end; pieces are for plugins, which are not here.
    private static MethodReply Progress(MethodCall call)
    {
        if (call.Text("nodeId") != call.Connection.Grant!.DeviceId)
        {
            return MethodReply.Invalid("nodeId mismatch");
        }

        return Encoding.UTF8.GetByteCount(call.Text("chunk")!) > MaxChunkBytes
            ? MethodReply.Invalid("progress chunk too large")
            : MethodReply.Object(json =>
            {
                json.WriteBoolean("ok"u8, true);
                json.WriteBoolean("ignored"u8, true);
            });
    }

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

    // What it declares no longer, or nobody allows any more, is dropped.
    private MethodReply Pull(MethodCall call)
    {
        string nodeId = call.Connection.Grant!.DeviceId!;
        NodeSurface may = runtime.Devices.Find(nodeId) is { } device ? nodes.Effective(device) : NodeSurface.Empty;
        NodeAction[] waiting = nodes.Facts.Waiting(nodeId);
        HashSet<string> dropped = [.. waiting.Where(action => !may.Commands.Contains(action.Command, StringComparer.Ordinal)).Select(action => action.Id)];
        nodes.Facts.Done(nodeId, dropped);
        return MethodReply.Object(json =>
        {
            json.WriteString("nodeId"u8, nodeId);
            json.WriteStartArray("actions"u8);
            foreach (NodeAction action in waiting.Where(action => !dropped.Contains(action.Id)))
            {
                json.WriteStartObject();
                json.WriteString("id"u8, action.Id);
                json.WriteString("command"u8, action.Command);
                json.WriteString("paramsJSON"u8, action.ParamsJson); // null where there are none, as there
                json.WriteNumber("enqueuedAtMs"u8, action.AtMs);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private MethodReply Acknowledge(MethodCall call)
    {
        string nodeId = call.Connection.Grant!.DeviceId!;
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (JsonElement id in call.Params.GetProperty("ids").EnumerateArray())
        {
            if (id.GetString()!.Trim() is { Length: > 0 } trimmed)
            {
                ids.Add(trimmed);
            }
        }

        int remaining = nodes.Facts.Done(nodeId, ids);
        return MethodReply.Object(json =>
        {
            json.WriteString("nodeId"u8, nodeId);
            json.WriteTexts("ackedIds", ids);
            json.WriteNumber("remainingCount"u8, remaining);
        });
    }
}

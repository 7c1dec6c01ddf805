using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Tells those who may approve what happens to devices and nodes, and ends the sockets of those who lost their
/// right. Thread-safe.</summary>
internal sealed class PairingEvents(Broadcaster broadcaster, ConnectionRegistry registry, TimeProvider time)
{
    private int _revocations;

    /// <summary>Grows each time that devices lose a right, before their sockets are looked for.</summary>
    public int Revocations => Volatile.Read(ref _revocations);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Called with the id of a request that was answered, and the decision.</summary>
    public Action<string, string> Answered { get; set; } = static (_, _) => { };

    /// <summary>A device waits.</summary>
    public void DeviceRequested(PairingTicket ticket)
    {
        if (ticket.Superseded is { } old)
        {
            DeviceResolved(old.RequestId, old.Ask.DeviceId, "rejected");
        }

        if (ticket.Created)
        {
            broadcaster.Publish("device.pair.requested", OperatorScopes.Pairing, json => PairingJson.WriteRequest(json, ticket.Request));
        }
    }

    /// <summary>A device was approved or rejected.</summary>
    public void DeviceResolved(string requestId, string deviceId, string decision)
    {
        Answered(requestId, decision);
        broadcaster.Publish("device.pair.resolved", OperatorScopes.Pairing, json =>
        {
            json.WriteStartObject();
            json.WriteString("requestId"u8, requestId);
            json.WriteString("deviceId"u8, deviceId);
            json.WriteString("decision"u8, decision);
            json.WriteNumber("ts"u8, NowMs);
            json.WriteEndObject();
        });
    }

    /// <summary>The list of devices changed.</summary>
    public void DevicesChanged() => broadcaster.Publish("device.pair.changed", OperatorScopes.Pairing, json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    /// <summary>An invitation was used.</summary>
    public void SetupCompleted(SetupCode setup, string deviceId, string? deviceName) =>
        broadcaster.Publish("device.pair.setup.completed", OperatorScopes.Pairing, json =>
        {
            json.WriteStartObject();
            json.WriteString("setupId"u8, setup.SetupId);
            json.WriteString("deviceId"u8, deviceId);
            PairingJson.WriteOptional(json, "deviceName", deviceName);
            json.WriteString("access"u8, setup.Access);
            json.WriteNumber("ts"u8, NowMs);
            json.WriteEndObject();
        });

    /// <summary>A node's capabilities wait.</summary>
    public void NodeRequested(NodeRequest request, PairedDevice? device) =>
        broadcaster.Publish("node.pair.requested", OperatorScopes.Pairing, json => PairingJson.WriteNodeRequest(json, request, device));

    /// <summary>A node's capabilities were approved or rejected.</summary>
    public void NodeResolved(string requestId, string nodeId, string decision) =>
        broadcaster.Publish("node.pair.resolved", OperatorScopes.Pairing, json =>
        {
            json.WriteStartObject();
            json.WriteString("requestId"u8, requestId);
            json.WriteString("nodeId"u8, nodeId);
            json.WriteString("decision"u8, decision);
            json.WriteNumber("ts"u8, NowMs);
            json.WriteEndObject();
        });

    /// <summary>A node came or went.</summary>
    public void NodePresence(string nodeId, bool connected) =>
        broadcaster.Publish("node.presence", OperatorScopes.Read, json =>
        {
            json.WriteStartObject();
            json.WriteString("nodeId"u8, nodeId);
            json.WriteBoolean("connected"u8, connected);
            json.WriteNumber("ts"u8, NowMs);
            json.WriteEndObject();
        });

    /// <summary>The machine of a node says how it is.</summary>
    public void NodeHostStats(string nodeId, JsonElement stats) =>
        broadcaster.Publish("node.hostStats", OperatorScopes.Read, json =>
        {
            json.WriteStartObject();
            json.WriteString("nodeId"u8, nodeId);
            json.WritePropertyName("hostStats"u8);
            stats.WriteTo(json);
            json.WriteEndObject();
        });

    /// <summary>Somebody uses the node's machine, or that is not known any more.</summary>
    public void NodeUsed(string nodeId, (long ActiveMs, long ToldMs)? used) =>
        broadcaster.Publish("node.presence", OperatorScopes.Read, json =>
        {
            json.WriteStartObject();
            json.WriteString("nodeId"u8, nodeId);
            if (used is { } known)
            {
                json.WriteNumber("lastActiveAtMs"u8, known.ActiveMs);
                json.WriteNumber("presenceUpdatedAtMs"u8, known.ToldMs);
            }
            else
            {
                json.WriteNull("lastActiveAtMs"u8); // explicit nulls of the wire
                json.WriteNull("presenceUpdatedAtMs"u8);
            }

            json.WriteEndObject();
        });

    /// <summary>Which sessions nodes follow has changed.</summary>
    public void AudienceChanged() => broadcaster.CountAudience();

    /// <summary>Whether the device has an open socket.</summary>
    public bool IsConnected(string deviceId)
    {
        foreach (GatewayConnection connection in registry.Ready)
        {
            if (connection.Grant?.DeviceId == deviceId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends the device's sockets, of one role or of all.</summary>
    public void Disconnect(string deviceId, string? role, string reason)
    {
        Interlocked.Increment(ref _revocations);
        foreach (GatewayConnection connection in registry.Ready)
        {
            if (connection.Grant is { } grant && grant.DeviceId == deviceId && (role is null || grant.Role == role))
            {
                connection.Close(CloseCodes.AuthChanged, reason);
            }
        }
    }
}

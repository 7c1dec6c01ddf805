using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Pairing values on the wire. Source: docs/protocol.md, nodes and devices.</summary>
internal static class PairingJson
{
    /// <summary>Writes a text that may be absent.</summary>
    public static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    /// <summary>Writes a number that may be absent.</summary>
    public static void WriteOptional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    /// <summary>Writes a pending row.</summary>
    public static void WriteRequest(Utf8JsonWriter json, PairingRequest request)
    {
        PairingAsk ask = request.Ask;
        json.WriteStartObject();
        json.WriteString("requestId"u8, request.RequestId);
        json.WriteString("deviceId"u8, ask.DeviceId);
        json.WriteString("publicKey"u8, ask.PublicKey);
        WriteOptional(json, "displayName", ask.DisplayName);
        json.WriteString("platform"u8, ask.Platform);
        WriteOptional(json, "deviceFamily", ask.DeviceFamily);
        json.WriteString("clientId"u8, ask.ClientId);
        json.WriteString("clientMode"u8, ask.ClientMode);
        json.WriteString("role"u8, ask.Role);
        json.WriteTexts("roles", [ask.Role]);
        json.WriteTexts("scopes", ask.Scopes);
        WriteOptional(json, "remoteIp", ask.RemoteIp);
        json.WriteBoolean("silent"u8, false);
        json.WriteBoolean("isRepair"u8, request.IsRepair);
        json.WriteNumber("ts"u8, request.AtMs);
        json.WriteEndObject();
    }

    /// <summary>Writes a paired row.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="device">The device.</param>
    /// <param name="connected">Whether it is connected; null leaves the member out.</param>
    /// <param name="waiting">What it offers as a node and nobody has approved; null for nothing.</param>
    public static void WriteDevice(Utf8JsonWriter json, PairedDevice device, bool? connected, NodeRequest? waiting = null)
    {
        DeviceRole[] live = [.. device.Roles.Where(role => role.IsLive)];
        json.WriteStartObject();
        json.WriteString("deviceId"u8, device.DeviceId);
        json.WriteString("publicKey"u8, device.PublicKey);
        WriteOptional(json, "displayName", device.DisplayName);
        WriteOptional(json, "operatorLabel", device.Label);
        json.WriteString("platform"u8, device.Platform);
        WriteOptional(json, "deviceFamily", device.DeviceFamily);
        json.WriteString("clientId"u8, device.ClientId);
        json.WriteString("clientMode"u8, device.ClientMode);
        WriteOptional(json, "role", live.Concat(device.Roles).FirstOrDefault()?.Role);
        json.WriteTexts("roles", live.Select(role => role.Role));
        json.WriteTexts("scopes", live.SelectMany(role => role.Scopes).Distinct(StringComparer.Ordinal));
        WriteOptional(json, "remoteIp", device.RemoteIp);
        json.WriteString("approvedVia"u8, device.ApprovedVia);
        if (waiting is not null)
        {
            json.WriteStartObject("pendingNodeSurface"u8);
            json.WriteString("requestId"u8, waiting.RequestId);
            json.WriteString("revision"u8, $"{waiting.RequestId}:{waiting.AtMs}");
            WriteNodeFacts(json, device);
            WriteSurface(json, waiting.Surface);
            json.WriteBoolean("silent"u8, device.ApprovedVia == "silent");
            json.WriteNumber("ts"u8, waiting.AtMs);
            json.WriteEndObject();
        }

        json.WriteNumber("createdAtMs"u8, device.CreatedAtMs);
        json.WriteNumber("approvedAtMs"u8, device.ApprovedAtMs);
        WriteOptional(json, "lastSeenAtMs", device.LastSeenAtMs);
        WriteOptional(json, "lastSeenReason", device.LastSeenReason);
        if (connected is { } here)
        {
            json.WriteBoolean("connected"u8, here);
        }

        json.WriteStartArray("tokens"u8);
        foreach (DeviceRole role in device.Roles)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, role.Role);
            json.WriteTexts("scopes", role.Scopes);
            json.WriteNumber("createdAtMs"u8, role.CreatedAtMs);
            WriteOptional(json, "rotatedAtMs", role.RotatedAtMs);
            WriteOptional(json, "revokedAtMs", role.RevokedAtMs);
            WriteOptional(json, "lastUsedAtMs", role.LastUsedAtMs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes a node whose surface waits for approval.</summary>
    public static void WriteNodeRequest(Utf8JsonWriter json, NodeRequest request, PairedDevice? device)
    {
        json.WriteStartObject();
        json.WriteString("requestId"u8, request.RequestId);
        json.WriteString("nodeId"u8, request.NodeId);
        WriteOptional(json, "displayName", device?.Label ?? device?.DisplayName);
        WriteOptional(json, "clientId", device?.ClientId);
        WriteOptional(json, "clientMode", device?.ClientMode);
        if (device is not null)
        {
            WriteNodeFacts(json, device);
        }

        WriteSurface(json, request.Surface);
        json.WriteTexts("requiredApproveScopes", request.Surface.ApprovalScopes);
        WriteOptional(json, "remoteIp", device?.RemoteIp);
        json.WriteBoolean("silent"u8, device?.ApprovedVia == "silent");
        json.WriteNumber("ts"u8, request.AtMs);
        json.WriteEndObject();
    }

    private static void WriteNodeFacts(Utf8JsonWriter json, PairedDevice device)
    {
        json.WriteString("platform"u8, device.Platform);
        WriteOptional(json, "version", device.Version);
        WriteOptional(json, "deviceFamily", device.DeviceFamily);
    }

    /// <summary>Writes <c>caps</c>, <c>commands</c> and <c>permissions</c>.</summary>
    public static void WriteSurface(Utf8JsonWriter json, NodeSurface surface)
    {
        json.WriteTexts("caps", surface.Caps);
        json.WriteTexts("commands", surface.Commands);
        if (surface.Permissions.Count > 0)
        {
            json.WriteStartObject("permissions"u8);
            foreach ((string name, bool allowed) in surface.Permissions)
            {
                json.WriteBoolean(name, allowed);
            }

            json.WriteEndObject();
        }
    }
}

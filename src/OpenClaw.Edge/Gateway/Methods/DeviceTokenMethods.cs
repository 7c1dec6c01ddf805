using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>device.token.rotate</c> and <c>.revoke</c>: both end the sockets that the old token opened, after the answer.</summary>
internal sealed class DeviceTokenMethods(GatewayRuntime runtime, PairingEvents events)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("device.token.rotate", OperatorScopes.Pairing, "deviceId!:str1 role!:str1 scopes:strs", RotateAsync),
        new("device.token.revoke", OperatorScopes.Pairing, "deviceId!:str1 role!:str1", RevokeAsync),
    ];

    private async ValueTask<MethodReply> RotateAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string deviceId = call.Text("deviceId")!.Trim();
        string role = call.Text("role")!.Trim();
        string[]? scopes = call.Params.TryGetProperty("scopes", out JsonElement list)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : null;
        if (Denies(call, deviceId, role)
            || await runtime.Devices.RotateAsync(deviceId, role, scopes, cancellationToken) is not { } rotated)
        {
            return MethodReply.Invalid("device token rotation denied");
        }

        bool own = call.Connection.Grant!.DeviceId == deviceId;
        Answer(call, json =>
        {
            json.WriteString("deviceId"u8, deviceId);
            json.WriteString("role"u8, role);
            if (own)
            {
                json.WriteString("token"u8, runtime.Devices.TokenOf(deviceId, rotated));
            }

            json.WriteTexts("scopes", rotated.Scopes);
            json.WriteNumber("rotatedAtMs"u8, rotated.IssuedAtMs);
            json.WriteString("tokenDelivery"u8, own ? "in-band"u8 : "withheld-cross-device"u8);
        });
        events.Disconnect(deviceId, role, "device removed");
        events.DevicesChanged();
        return MethodReply.Sent;
    }

    private async ValueTask<MethodReply> RevokeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string deviceId = call.Text("deviceId")!.Trim();
        string role = call.Text("role")!.Trim();
        if (Denies(call, deviceId, role)
            || await runtime.Devices.RevokeAsync(deviceId, role, cancellationToken) is not { } revokedAt)
        {
            return MethodReply.Invalid("device token revocation denied");
        }

        Answer(call, json =>
        {
            json.WriteString("deviceId"u8, deviceId);
            json.WriteString("role"u8, role);
            json.WriteNumber("revokedAtMs"u8, revokedAt);
        });
        events.Disconnect(deviceId, role, "device removed");
        events.DevicesChanged();
        return MethodReply.Sent;
    }

    // The answer must be ahead of the close frame when a device ends its own token.
    private static void Answer(MethodCall call, Action<Utf8JsonWriter> members) =>
        call.Connection.Send(FrameWriter.Response(call.Id, json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }));

    // Nobody makes or ends a token that may do more than he may.
    private bool Denies(MethodCall call, string deviceId, string role)
    {
        DeviceAuthority caller = DeviceAuthority.Of(call);
        DeviceRole? known = runtime.Devices.Find(deviceId)?.LiveRole(role);
        return !caller.Reaches(deviceId)
            || (role != "operator" && !caller.IsAdmin)
            || known is null
            || !call.Connection.Grant!.Scopes.AllowsAll(known.Scopes);
    }
}

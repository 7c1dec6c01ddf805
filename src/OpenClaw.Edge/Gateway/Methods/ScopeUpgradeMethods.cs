using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>device.scopes.requestUpgrade</c>, <c>.waitUpgrade</c>: a paired page asks for more scopes without losing its connection.
/// Texts are the original's.</summary>
internal sealed class ScopeUpgradeMethods(GatewayRuntime runtime, PairingEvents events, ScopeUpgrades upgrades)
{
    private const int MaxScopes = 8; // the original's

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("device.scopes.requestUpgrade", OperatorScopes.Read, "scopes!:strs(1..)", RequestAsync),
        new("device.scopes.waitUpgrade", OperatorScopes.Read, "requestId!:str1", WaitAsync),
    ];

    private async ValueTask<MethodReply> RequestAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string[] scopes = [.. call.Params.GetProperty("scopes").EnumerateArray().Select(item => item.GetString()!.Trim())];
        if (scopes.Length > MaxScopes || scopes.Distinct(StringComparer.Ordinal).Count() != scopes.Length)
        {
            return MethodReply.Invalid($"invalid {call.Method} params: at /scopes: must NOT have more than {MaxScopes} items, nor the same twice");
        }

        if (Owner(call) is not { } device)
        {
            return DeviceRequired();
        }

        if (!scopes.All(ScopeSet.IsKnown))
        {
            return MethodReply.Invalid("requested scopes contain an unknown operator scope");
        }

        ConnectionGrant grant = call.Connection.Grant!;
        if (!ScopeSet.Of(scopes).AllowsAll(grant.Scopes.Names))
        {
            return MethodReply.Invalid("requested scopes must include the connection's current scopes");
        }

        var ask = new PairingAsk
        {
            DeviceId = device.DeviceId,
            PublicKey = device.PublicKey,
            Role = "operator",
            Scopes = scopes,
            Platform = grant.Client.Platform,
            DeviceFamily = grant.Client.DeviceFamily,
            ClientId = grant.Client.Id,
            ClientMode = grant.Client.Mode,
            DisplayName = grant.Client.DisplayName,
            RemoteIp = call.Connection.Peer.LocalDirect ? null : call.Connection.Peer.Client.ToString(),
        };
        if (await runtime.Devices.RequestAsync(ask, cancellationToken) is not { } ticket
            || !upgrades.Add(
                ticket.Request.RequestId,
                device.DeviceId,
                DateTimeOffset.FromUnixTimeMilliseconds(ticket.Request.AtMs) + PairingRequest.Lifetime))
        {
            return MethodReply.Fail(
                new GatewayError(ErrorCodes.Unavailable, "device scope upgrade is temporarily unavailable") { Retryable = true });
        }

        events.DeviceRequested(ticket);
        return MethodReply.Object(json => json.WriteString("requestId"u8, ticket.Request.RequestId));
    }

    private async ValueTask<MethodReply> WaitAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (Owner(call) is not { } device)
        {
            return DeviceRequired();
        }

        string requestId = call.Text("requestId")!;
        string? end = await upgrades.WaitAsync(requestId, device.DeviceId, cancellationToken);
        if (end is null)
        {
            return MethodReply.Invalid("scope upgrade expired or not found");
        }

        // The role as it is now: the approval may have been taken back since.
        PairedDevice? now = runtime.Devices.Find(device.DeviceId);
        DeviceRole? role = end == "approved" ? now?.LiveRole("operator") : null;
        return MethodReply.Object(json =>
        {
            json.WriteString("status"u8, end == "approved" && role is null ? "rejected" : end);
            json.WriteString("requestId"u8, requestId);
            if (role is not null)
            {
                json.WriteString("deviceToken"u8, runtime.Devices.TokenOf(device.DeviceId, role));
                json.WriteTexts("scopes", role.Scopes);
            }
        });
    }

    private PairedDevice? Owner(MethodCall call) =>
        call.Connection.Grant is { IsNode: false, DeviceId: { } id } ? runtime.Devices.Find(id) : null;

    private static MethodReply DeviceRequired() => MethodReply.Fail(GatewayError.Invalid(
        "device scope upgrade requires a paired browser identity; reopen the Control UI over HTTPS or localhost, then retry",
        WriteDeviceRequired));

    private static void WriteDeviceRequired(Utf8JsonWriter json)
    {
        json.WriteString("code"u8, "DEVICE_IDENTITY_REQUIRED"u8);
        json.WriteString("recommendedNextStep"u8, "reopen_control_ui_securely"u8);
    }
}

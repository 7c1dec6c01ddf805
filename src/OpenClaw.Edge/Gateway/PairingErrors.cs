using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>The original's refusal of a device that waits for approval. Source: docs/protocol.md, pairing.</summary>
internal static class PairingErrors
{
    /// <summary>Refuses a device and tells it its request.</summary>
    /// <param name="reason"><c>not-paired</c>, <c>role-upgrade</c> or <c>scope-upgrade</c>.</param>
    /// <param name="request">Its request.</param>
    /// <param name="known">What it has already; null for nothing.</param>
    /// <param name="retry">Whether the client may keep trying while it waits.</param>
    public static HandshakeRefusal Required(string reason, PairingRequest request, PairedDevice? known, bool retry)
    {
        (string text, string hint) = reason switch
        {
            "role-upgrade" => (
                "device is asking for a higher role than currently approved",
                "Review the requested role upgrade, then approve the pending request."),
            "scope-upgrade" => (
                "device is asking for more scopes than currently approved",
                "Review the requested scopes, then approve the pending upgrade."),
            _ => ("device is not approved yet", "Approve this device from the pending pairing requests."),
        };
        var error = new GatewayError(ErrorCodes.NotPaired, $"pairing required: {text}")
        {
            Details = json =>
            {
                json.WriteString("code"u8, "PAIRING_REQUIRED"u8);
                json.WriteString("reason"u8, reason);
                json.WriteString("requestId"u8, request.RequestId);
                json.WriteString("remediationHint"u8, hint);
                if (retry)
                {
                    json.WriteString("recommendedNextStep"u8, "wait_then_retry"u8);
                    json.WriteBoolean("retryable"u8, true);
                    json.WriteBoolean("pauseReconnect"u8, false);
                }

                json.WriteString("deviceId"u8, request.Ask.DeviceId);
                json.WriteString("requestedRole"u8, request.Ask.Role);
                json.WriteTexts("requestedScopes", request.Ask.Scopes);
                WriteApproved(json, known);
            },
        };
        return new HandshakeRefusal(error, CloseCodes.PolicyViolation)
        {
            CloseReason = $"{error.Message} (requestId: {request.RequestId})",
        };
    }

    /// <summary>Refuses a device because too many wait.</summary>
    public static HandshakeRefusal TooMany() => HandshakeRefusal.Policy(GatewayError.Unavailable(
        "too many devices wait for approval; approve or reject some, then try again", 30_000));

    private static void WriteApproved(Utf8JsonWriter json, PairedDevice? known)
    {
        string[] roles = [.. (known?.Roles ?? []).Where(role => role.IsLive).Select(role => role.Role)];
        if (roles.Length > 0)
        {
            json.WriteTexts("approvedRoles", roles);
        }

        string[] scopes = [.. (known?.Roles ?? []).Where(role => role.IsLive).SelectMany(role => role.Scopes)];
        if (scopes.Length > 0)
        {
            json.WriteTexts("approvedScopes", scopes);
        }
    }
}

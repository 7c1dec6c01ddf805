using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>The original's errors for refused credentials and devices. Source: docs/protocol.md, authentication.</summary>
internal static class AuthErrors
{
    /// <summary>The error for a refused credential.</summary>
    /// <param name="decision">Judgement.</param>
    /// <param name="kind">What was judged.</param>
    /// <param name="mayRetry">Whether the client has a device and showed a token that is not a device token: it may have one.</param>
    public static GatewayError Of(AuthDecision decision, CredentialKind kind, bool mayRetry = false)
    {
        bool password = decision.Method != "token";
        string name = password ? "password" : "token";
        string upper = password ? "PASSWORD" : "TOKEN";
        string key = $"gateway.auth.{name}";
        return decision.Outcome switch
        {
            AuthOutcome.RateLimited => Error(
                "too many failed authentication attempts (retry later)",
                "AUTH_RATE_LIMITED",
                "rate_limited",
                "wait_then_retry") with
            { Retryable = true, RetryAfterMs = (int)Math.Ceiling(decision.RetryAfter.TotalMilliseconds) },
            AuthOutcome.NotConfigured => Error(
                $"gateway {name} not configured on gateway (set {key})",
                $"AUTH_{upper}_NOT_CONFIGURED",
                $"{name}_missing_config",
                "update_auth_configuration"),
            AuthOutcome.Missing => Error(
                password ? $"gateway {name} missing (provide this gateway's {key})" : $"gateway {name} missing (use this gateway's {key} or pair the device)",
                $"AUTH_{upper}_MISSING",
                $"{name}_missing",
                "update_auth_configuration"),
            _ when kind == CredentialKind.DeviceToken => Error(
                "device token mismatch (rotate/reissue device token)",
                "AUTH_DEVICE_TOKEN_MISMATCH",
                "device_token_mismatch",
                "update_auth_credentials"),
            _ when kind == CredentialKind.BootstrapToken => Error(
                "setup code invalid, expired, revoked, or already used (create a new code; review `openclaw devices list`)",
                "AUTH_BOOTSTRAP_TOKEN_INVALID",
                "bootstrap_token_invalid",
                "review_auth_configuration"),
            _ => Error(
                $"gateway {name} mismatch (use this gateway's {key} or pair the device)",
                $"AUTH_{upper}_MISMATCH",
                $"{name}_mismatch",
                mayRetry && !password ? "retry_with_device_token" : "update_auth_credentials",
                mayRetry && !password),
        };
    }

    /// <summary>The error for a device token that does not cover what is asked.</summary>
    public static GatewayError ScopeMismatch() => Error(
        "device token scope mismatch (re-pair or approve scope upgrade)",
        "AUTH_SCOPE_MISMATCH",
        "scope_mismatch",
        "review_auth_configuration");

    /// <summary>The error for a setup code that another device has used.</summary>
    public static GatewayError BootstrapInvalid() => Of(
        new AuthDecision(AuthOutcome.Mismatch, TimeSpan.Zero, "token"), CredentialKind.BootstrapToken);

    /// <summary>The error for a caller for whom no proxy vouches.</summary>
    public static GatewayError IdentityRequired() => Error(
        "trusted proxy identity required (connect through the proxy that signs users in)",
        "AUTH_IDENTITY_HEADER_REQUIRED",
        "trusted_proxy_user_missing",
        "review_auth_configuration");

    /// <summary>The error for a refused device proof.</summary>
    public static GatewayError Of(DeviceSignatureCheck check)
    {
        (string message, string code, string reason) = check switch
        {
            DeviceSignatureCheck.IdMismatch =>
                ("device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch"),
            DeviceSignatureCheck.Expired =>
                ("device signature expired", "DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale"),
            DeviceSignatureCheck.NonceMissing =>
                ("device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing"),
            DeviceSignatureCheck.NonceMismatch =>
                ("device nonce mismatch", "DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch"),
            DeviceSignatureCheck.PublicKeyInvalid =>
                ("device public key invalid", "DEVICE_AUTH_PUBLIC_KEY_INVALID", "device-public-key"),
            _ => ("device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"),
        };
        return GatewayError.Invalid(message, json =>
        {
            json.WriteString("code"u8, code);
            json.WriteString("reason"u8, reason);
        });
    }

    private static GatewayError Error(string text, string code, string reason, string nextStep, bool retry = false) =>
        GatewayError.Invalid($"unauthorized: {text}", json =>
        {
            json.WriteString("code"u8, code);
            json.WriteString("authReason"u8, reason);
            json.WriteBoolean("canRetryWithDeviceToken"u8, retry);
            json.WriteString("recommendedNextStep"u8, nextStep);
        });
}

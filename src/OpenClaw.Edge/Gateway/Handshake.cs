using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Judges connect requests: protocol, origin, device, credential, scopes, in the original's order.
/// Source: docs/protocol.md, handshake. Thread-safe.</summary>
internal sealed class Handshake(GatewayRuntime runtime, PairingEvents pairing)
{
    private readonly ConnectCredentials _credentials = new(runtime);
    private readonly PairingGate _pairing = new(runtime, pairing);

    /// <summary>Judges one request. Waits only to slow a guesser down.</summary>
    public async ValueTask<HandshakeDecision> JudgeAsync(
        GatewayConnection connection,
        ConnectParams parameters,
        CancellationToken cancellationToken)
    {
        // Before anything is looked at: what changes from here on has changed since.
        long sinceMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        int revocations = pairing.Revocations;
        HandshakeRefusal? refusal = JudgeRole(parameters)
            ?? JudgeProtocol(parameters)
            ?? JudgeOrigin(connection, parameters)
            ?? JudgeDevice(connection, parameters);
        if (refusal is not null)
        {
            return HandshakeDecision.Refused(refusal);
        }

        ConnectCredential credential = await _credentials.JudgeAsync(connection, parameters, cancellationToken);
        if (parameters.Device is null && JudgeMissingDevice(connection, parameters, credential.Decision) is { } missing)
        {
            return HandshakeDecision.Refused(missing);
        }

        if (JudgeCredential(parameters, credential) is { } unauthorized)
        {
            return HandshakeDecision.Refused(HandshakeRefusal.Policy(unauthorized));
        }

        PairingVerdict verdict = await _pairing.JudgeAsync(connection, parameters, credential, cancellationToken);
        if (verdict.Refusal is not null)
        {
            return HandshakeDecision.Refused(verdict.Refusal);
        }

        return new HandshakeDecision(
            new ConnectionGrant(parameters, EffectiveScopes(connection, parameters, credential, verdict.Scopes), credential.Decision.Method, parameters.Device?.Id)
            {
                EndsAtMs = credential.Decision.EndsAtMs is var ends and > 0 ? ends : long.MaxValue,
                Tokens = verdict.Tokens,
                User = credential.Decision.Method == "trusted-proxy" ? connection.Upgrade.ProxyUser : null,
                SinceMs = sinceMs,
                Revocations = revocations,
            },
            null);
    }

    /// <summary>Whether the token of a grant was taken back while it was judged: who did that could not see the connection yet. Ask when
    /// it can be seen.</summary>
    public bool IsOver(ConnectionGrant grant) =>
        grant is { DeviceId: { } id, Tokens: [{ Token: var token }, ..] }
        && grant.Revocations != pairing.Revocations
        && !(runtime.Devices.Find(id)?.LiveRole(grant.Role) is { } live && runtime.Devices.TokenOf(id, live) == token);

    // What the device has, what its user has beside it, and of both only what the upgrade asked for.
    private ScopeSet EffectiveScopes(GatewayConnection connection, ConnectParams parameters, ConnectCredential credential, ScopeSet scopes)
    {
        UpgradeFacts upgrade = connection.Upgrade;
        IEnumerable<string> names = scopes.Names;
        if (parameters.Role == "operator" && credential.Decision.Method == "trusted-proxy" && upgrade.ProxyUser is { } user)
        {
            names = names.Union(runtime.Config.Current.Config.Gateway.Auth.ScopesOf(user), StringComparer.Ordinal);
        }

        if (upgrade.ScopeCap is { } cap)
        {
            IReadOnlyList<string> capped = ScopeSet.OfList(cap).Names;
            names = names.Where(name => capped.Contains(name, StringComparer.Ordinal));
        }

        return ScopeSet.Of([.. names]);
    }

    private static GatewayError? JudgeCredential(ConnectParams parameters, ConnectCredential credential)
    {
        if (credential.ScopeMismatch)
        {
            return AuthErrors.ScopeMismatch();
        }

        if (credential.Decision.Accepted)
        {
            return null;
        }

        bool mayRetry = parameters is { Device: not null, Auth: { Token.Length: > 0, DeviceToken: null } };
        return credential.IdentityMissing
            ? AuthErrors.IdentityRequired()
            : AuthErrors.Of(credential.Decision, credential.Kind, mayRetry);
    }

    private static HandshakeRefusal? JudgeRole(ConnectParams parameters) =>
        parameters.Role is "operator" or "node"
            ? null
            : HandshakeRefusal.Policy(GatewayError.Invalid("invalid role"));

    private static HandshakeRefusal? JudgeProtocol(ConnectParams parameters)
    {
        bool older = (parameters.Role == "node" && parameters.Client.Mode == "node")
            || parameters.Client.Mode == "probe";
        int oldest = older ? ProtocolLimits.OldestNodeVersion : ProtocolLimits.Version;
        bool probe = parameters.Client.Mode == "probe";
        if (parameters.MaxProtocol >= oldest && (probe || parameters.MinProtocol <= ProtocolLimits.Version))
        {
            return null;
        }

        GatewayError error = GatewayError.Invalid("protocol mismatch", json =>
        {
            json.WriteString("code"u8, "PROTOCOL_MISMATCH"u8);
            json.WriteNumber("clientMinProtocol"u8, parameters.MinProtocol);
            json.WriteNumber("clientMaxProtocol"u8, parameters.MaxProtocol);
            json.WriteNumber("expectedProtocol"u8, ProtocolLimits.Version);
            json.WriteNumber("minimumProbeProtocol"u8, ProtocolLimits.OldestNodeVersion);
        });
        return new HandshakeRefusal(error, CloseCodes.ProtocolError);
    }

    private HandshakeRefusal? JudgeOrigin(GatewayConnection connection, ConnectParams parameters)
    {
        UpgradeFacts upgrade = connection.Upgrade;
        bool isPage = parameters.Client.Id == "openclaw-control-ui"
            || parameters.Client.Id.StartsWith("webchat", StringComparison.Ordinal);
        if (upgrade.Origin is null && !isPage)
        {
            return null;
        }

        EdgeConfig config = runtime.Config.Current.Config;
        if (OriginPolicy.Allows(upgrade.Origin, upgrade.Host, connection.Peer, config))
        {
            return null;
        }

        string reason = OriginPolicy.IsOrigin(upgrade.Origin) ? "origin not allowed" : "origin missing or invalid";
        return HandshakeRefusal.Policy(GatewayError.Invalid(
            "origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)",
            json =>
            {
                json.WriteString("code"u8, "CONTROL_UI_ORIGIN_NOT_ALLOWED"u8);
                json.WriteString("reason"u8, reason);
            }));
    }

    private HandshakeRefusal? JudgeDevice(GatewayConnection connection, ConnectParams parameters)
    {
        if (parameters.Device is not { } device)
        {
            return null;
        }

        var proof = new DeviceProof
        {
            DeviceId = device.Id,
            PublicKey = device.PublicKey,
            Signature = device.Signature,
            SignedAtMs = device.SignedAtMs,
            Nonce = device.Nonce,
            ClientId = parameters.Client.Id,
            ClientMode = parameters.Client.Mode,
            Role = parameters.Role,
            Scopes = parameters.Scopes,
            Token = parameters.Auth.SignedToken,
            Platform = parameters.Client.Platform,
            DeviceFamily = parameters.Client.DeviceFamily ?? "",
        };
        long nowMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        DeviceSignatureCheck check = DeviceSignature.Verify(proof, connection.Nonce, nowMs);
        return check == DeviceSignatureCheck.Valid ? null : HandshakeRefusal.Policy(AuthErrors.Of(check));
    }

    private static HandshakeRefusal? JudgeMissingDevice(
        GatewayConnection connection,
        ConnectParams parameters,
        AuthDecision decision)
    {
        string client = parameters.Client.Id;
        if (client is "openclaw-control-ui" or "openclaw-tui" && decision.Accepted)
        {
            return HandshakeRefusal.Policy(new GatewayError(
                ErrorCodes.InvalidRequest,
                "control ui requires device identity (use HTTPS or localhost secure context)")
            {
                Details = json => json.WriteString("code"u8, "CONTROL_UI_DEVICE_IDENTITY_REQUIRED"u8),
            });
        }

        bool secretShown = decision.Accepted && decision.Method != "none";
        bool local = decision.Method == "none" && IsTrustedLocal(connection, parameters);
        bool triedSecret = decision.Outcome is AuthOutcome.Mismatch or AuthOutcome.RateLimited
            || (decision.Outcome is AuthOutcome.NotConfigured && parameters.Auth is not { Token: null or "", Password: null or "" });
        return (parameters.Role == "operator" && (secretShown || local)) || triedSecret
            ? null
            : HandshakeRefusal.Policy(new GatewayError(ErrorCodes.NotPaired, "device identity required")
            {
                Details = json => json.WriteString("code"u8, "DEVICE_IDENTITY_REQUIRED"u8),
            });
    }

    private static bool IsCommandLine(ConnectParams parameters) =>
        (parameters.Client.Id, parameters.Client.Mode) is ("cli", "cli") or ("gateway-client", "backend");

    private static bool IsTrustedLocal(GatewayConnection connection, ConnectParams parameters) =>
        connection.Peer.LocalDirect && connection.Upgrade.Origin is null && IsCommandLine(parameters);
}

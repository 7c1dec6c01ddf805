using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Judges the credentials of a connect request whose device, if any, has proved its key: the gateway's secret, a
/// device token, a setup code, a proxy's word. Source: docs/protocol.md, authentication. Thread-safe.</summary>
internal sealed class ConnectCredentials(GatewayRuntime runtime)
{
    /// <summary>Judges. Waits only to slow a guesser down.</summary>
    public async ValueTask<ConnectCredential> JudgeAsync(
        GatewayConnection connection,
        ConnectParams parameters,
        CancellationToken cancellationToken)
    {
        ConnectAuth auth = parameters.Auth;
        string mode = runtime.Authenticator.Mode;
        bool vouched = mode == "trusted-proxy" && connection.Upgrade.ProxyUser is not null;
        if (vouched)
        {
            return new ConnectCredential(Accepted("trusted-proxy"), CredentialKind.SharedSecret);
        }

        if (mode == "none")
        {
            return new ConnectCredential(Accepted("none"), CredentialKind.SharedSecret);
        }

        // In mode trusted-proxy the password is for callers on this machine.
        bool secretCounts = mode != "trusted-proxy" || connection.Peer.LocalDirect;
        bool isSecret = secretCounts && runtime.Authenticator.IsSecret(auth.Token, auth.Password);
        if (parameters.Device is { } device
            && !isSecret
            && Find(parameters, device.Id) is { } known)
        {
            return known;
        }

        CredentialKind kind = isSecret ? CredentialKind.SharedSecret : KindOf(parameters); // an old device token beside it does no harm
        if (!secretCounts && kind == CredentialKind.SharedSecret)
        {
            return new ConnectCredential(
                new AuthDecision(AuthOutcome.Missing, TimeSpan.Zero, mode), kind, IdentityMissing: true);
        }

        bool shared = kind == CredentialKind.SharedSecret;
        AuthDecision decision = await runtime.Authenticator.CheckAsync(
            shared ? auth.Token : auth.DeviceToken ?? auth.BootstrapToken,
            shared ? auth.Password : null,
            kind,
            connection.Peer.Client,
            connection.Upgrade.Origin is not null,
            cancellationToken);
        return new ConnectCredential(
            decision.Method == "trusted-proxy" ? decision with { Method = "password" } : decision, kind);
    }

    private static AuthDecision Accepted(string method) => new(AuthOutcome.Accepted, TimeSpan.Zero, method);

    private static CredentialKind KindOf(ConnectParams parameters) => parameters switch
    {
        { Auth.DeviceToken: { Length: > 0 }, Device: not null } => CredentialKind.DeviceToken,
        { Auth: { Token: null or "", Password: null or "", DeviceToken: { Length: > 0 } } } => CredentialKind.DeviceToken,
        { Auth: { Token: null or "", Password: null or "", BootstrapToken: { Length: > 0 } } } => CredentialKind.BootstrapToken,
        _ => CredentialKind.SharedSecret,
    };

    // A setup code or a device token that is right; null for everything else, which is then judged and counted as a failure.
    private ConnectCredential? Find(ConnectParams parameters, string deviceId)
    {
        ConnectAuth auth = parameters.Auth;
        if (auth.BootstrapToken is { Length: > 0 } bootstrap && runtime.Devices.SetupCodes.Find(bootstrap, deviceId) is { } setup)
        {
            return new ConnectCredential(Accepted("bootstrap-token"), CredentialKind.BootstrapToken, setup);
        }

        if ((auth.DeviceToken ?? auth.Token) is not { Length: > 0 } token
            || runtime.Devices.Find(deviceId) is not { } device)
        {
            return null;
        }

        if (runtime.Devices.IsToken(device, parameters.Role, token))
        {
            bool covered = device.LiveRole(parameters.Role)!.Covers(parameters.Scopes);
            return new ConnectCredential(Accepted("device-token"), CredentialKind.DeviceToken, ScopeMismatch: !covered);
        }

        bool otherRole = device.Roles.Any(role => role.IsLive && runtime.Devices.IsToken(device, role.Role, token));
        return otherRole
            ? new ConnectCredential(Accepted("device-token"), CredentialKind.DeviceToken, ScopeMismatch: true)
            : null;
    }
}

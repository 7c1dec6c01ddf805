using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Decides whether an authenticated client's device is paired for what it asks, pairs it silently where that is
/// allowed, and works out the effective scopes. A known device costs two reads and no write. Source: docs/protocol.md,
/// pairing. Thread-safe.</summary>
internal sealed partial class PairingGate(GatewayRuntime runtime, PairingEvents events)
{
    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Gateway.Pairing");

    /// <summary>Judges.</summary>
    public async ValueTask<PairingVerdict> JudgeAsync(
        GatewayConnection connection,
        ConnectParams parameters,
        ConnectCredential credential,
        CancellationToken cancellationToken)
    {
        if (parameters.Device is not { } device)
        {
            return new PairingVerdict(null, WithoutDevice(connection, parameters, credential), []);
        }

        var ask = new PairingAsk
        {
            DeviceId = device.Id,
            PublicKey = device.PublicKey,
            Role = parameters.Role,
            Scopes = parameters.Role == "node" ? [] : parameters.Scopes,
            Platform = parameters.Client.Platform,
            DeviceFamily = parameters.Client.DeviceFamily ?? (parameters.Role == "node" ? FamilyOf(parameters.Client.Platform) : null),
            ClientId = parameters.Client.Id,
            ClientMode = parameters.Client.Mode,
            DisplayName = parameters.Client.DisplayName,
            RemoteIp = connection.Peer.LocalDirect ? null : connection.Peer.Client.ToString(),
        };
        if (credential.Setup is { } setup)
        {
            return await JoinAsync(ask, parameters, setup, cancellationToken);
        }

        if (credential.Decision.Method == "trusted-proxy" && IsControlUi(parameters) && parameters.Role == "operator")
        {
            TrustedProxyAuthConfig rules = runtime.Config.Current.Config.Gateway.Auth.TrustedProxy;
            if (rules.AutoApproveDevices)
            {
                return new PairingVerdict(null, ScopeSet.Of(ask.Scopes).Narrow(ScopeSet.Of(rules.AutoApproveScopes)), []);
            }
        }

        if ((ask.ClientId, ask.ClientMode, ask.Role) is ("gateway-client", "backend", "operator")
            && IsTrusted(connection, parameters, credential))
        {
            return new PairingVerdict(null, ScopeSet.Of(ask.Scopes), []); // a program of this machine: nothing to pair
        }

        PairedDevice? known = runtime.Devices.Find(device.Id);
        string? reason = known is null ? "not-paired"
            : known.LiveRole(ask.Role) is not { } role ? "role-upgrade"
            : role.Covers(ask.Scopes) ? null
            : "scope-upgrade";
        if (reason is not null && IsSilent(connection, parameters, credential))
        {
            known = await runtime.Devices.AdmitAsync(ask, "silent", [], cancellationToken);
            events.DevicesChanged();
            Log.Silent(_logger, device.Id, ask.Role, ask.ClientId);
            reason = null;
        }

        if (reason is not null)
        {
            return await QueueAsync(ask, reason, known, cancellationToken);
        }

        runtime.Devices.NoteSeen(
            known!,
            "connect",
            parameters.Client.Version,
            credential.Decision.Method == "device-token" ? ask.Role : null);
        DeviceRole live = known!.LiveRole(ask.Role)!;
        ScopeSet scopes = ScopeSet.Of(ask.Scopes).Narrow(ScopeSet.Of(live.Scopes));
        bool told = credential.Decision.Method != "trusted-proxy";
        return new PairingVerdict(null, scopes, told ? [Issue(known, live)] : []);
    }

    private async ValueTask<PairingVerdict> QueueAsync(
        PairingAsk ask, string reason, PairedDevice? known, CancellationToken cancellationToken)
    {
        if (await runtime.Devices.RequestAsync(ask, cancellationToken) is not { } ticket)
        {
            return PairingVerdict.Wait(PairingErrors.TooMany());
        }

        events.DeviceRequested(ticket);
        if (ticket.Created)
        {
            Log.Waits(_logger, ask.DeviceId, ask.ClientId, ask.Role, reason, ticket.Request.RequestId);
        }

        bool page = ask.ClientId == "openclaw-control-ui" && ask.Role == "operator";
        return PairingVerdict.Wait(PairingErrors.Required(reason, ticket.Request, known, retry: page));
    }

    private async ValueTask<PairingVerdict> JoinAsync(
        PairingAsk ask, ConnectParams parameters, SetupCode setup, CancellationToken cancellationToken)
    {
        bool node = ask.Role == "node";
        IReadOnlyList<string> offered = setup.OperatorScopes;
        if (!node && !ScopeSet.Of(offered).AllowsAll(ask.Scopes))
        {
            return PairingVerdict.Wait(HandshakeRefusal.Policy(AuthErrors.ScopeMismatch()));
        }

        bool first = await runtime.Devices.SetupCodes.CompleteAsync(
            setup.SetupId, ask.DeviceId, ask.DisplayName, cancellationToken);
        if (!first && runtime.Devices.SetupCodes.FindById(setup.SetupId)?.DeviceId != ask.DeviceId)
        {
            return PairingVerdict.Wait(HandshakeRefusal.Policy(AuthErrors.BootstrapInvalid()));
        }

        PairedDevice known = await runtime.Devices.AdmitAsync(ask, "bootstrap", node ? offered : [], cancellationToken);
        if (node)
        {
            NodeSurface declared = NodeSessions.Declared(parameters);
            await runtime.Devices.Nodes.GrantAsync(ask.DeviceId, declared, cancellationToken);
        }

        if (first)
        {
            Log.Joined(_logger, ask.DeviceId, ask.ClientId, setup.SetupId);
            events.DeviceResolved(setup.SetupId, ask.DeviceId, "approved");
            if (node)
            {
                events.NodeResolved(setup.SetupId, ask.DeviceId, "approved");
            }

            events.SetupCompleted(setup, ask.DeviceId, ask.DisplayName);
        }

        runtime.Devices.NoteSeen(known, "bootstrap", parameters.Client.Version);
        List<IssuedToken> tokens = [Issue(known, known.LiveRole(ask.Role)!)];
        if (node && known.LiveRole("operator") is { } hand)
        {
            tokens.Add(Issue(known, hand));
        }

        return new PairingVerdict(null, node ? ScopeSet.Empty : ScopeSet.Of(ask.Scopes), tokens);
    }

    private IssuedToken Issue(PairedDevice device, DeviceRole role) =>
        new(runtime.Devices.TokenOf(device.DeviceId, role), role.Role, role.Scopes, role.IssuedAtMs);

    // A user for whom a proxy vouches is not on this machine, though the proxy may be.
    private bool IsSilent(GatewayConnection connection, ConnectParams parameters, ConnectCredential credential)
    {
        bool foreignPage = connection.Upgrade.Origin is not null && !IsControlUi(parameters);
        return connection.Peer.LocalDirect
            && !foreignPage
            && runtime.Config.Current.Config.Gateway.AutoApproveLocal
            && credential.IsOpenOrSecret;
    }

    // Node hosts of the original do not say it; the platform does.
    private static string? FamilyOf(string platform) => platform switch
    {
        "linux" => "Linux",
        "darwin" or "macos" => "Mac",
        "win32" or "windows" => "Windows",
        _ => null,
    };

    private static bool IsControlUi(ConnectParams parameters) =>
        parameters.Client.Id == "openclaw-control-ui"
        || parameters.Client.Id.StartsWith("webchat", StringComparison.Ordinal);

    // The shared secret alone: scopes only for the command line and backends of this machine.
    private static ScopeSet WithoutDevice(
        GatewayConnection connection, ConnectParams parameters, ConnectCredential credential) =>
        IsTrusted(connection, parameters, credential) ? ScopeSet.Of(parameters.Scopes) : ScopeSet.Empty;

    private static bool IsTrusted(GatewayConnection connection, ConnectParams parameters, ConnectCredential credential) =>
        connection.Peer.LocalDirect
        && connection.Upgrade.Origin is null
        && credential.IsOpenOrSecret
        && (parameters.Client.Id, parameters.Client.Mode) is ("cli", "cli") or ("gateway-client", "backend");

    private static partial class Log
    {
        [LoggerMessage(2120, LogLevel.Information, "Device {DeviceId} ({Client}) is paired as {Role}: it connected from this machine with the shared secret.")]
        public static partial void Silent(ILogger logger, string deviceId, string role, string client);

        [LoggerMessage(2121, LogLevel.Warning, "Device {DeviceId} ({Client}) waits for approval as {Role} ({Reason}). Approve it with 'openclaw devices approve {RequestId}'.")]
        public static partial void Waits(ILogger logger, string deviceId, string client, string role, string reason, string requestId);

        [LoggerMessage(2122, LogLevel.Information, "Device {DeviceId} ({Client}) is paired by setup code {SetupId}.")]
        public static partial void Joined(ILogger logger, string deviceId, string client, string setupId);
    }
}

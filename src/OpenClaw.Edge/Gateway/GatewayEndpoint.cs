using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Gateway.Methods;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>The gateway's WebSocket, at any path: judges the upgrade, then runs one connection until it ends.
/// Thread-safe.</summary>
public sealed class GatewayEndpoint : IAsyncDisposable
{
    private readonly GatewayRuntime _runtime;
    private readonly ConnectionRegistry _registry = new();
    private readonly ConnectionHost _host;
    private readonly ConnectionSweep _sweep;
    private readonly IDisposable _configChanges;
    private readonly ApprovalEvents? _approvals;
    private volatile bool _stopping;

    /// <summary>Creates the endpoint; it listens to run events from now on.</summary>
    public GatewayEndpoint(GatewayRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtime = runtime;
        var presence = new PresenceBoard(_registry, runtime.Time);
        var vitals = new ProcessVitals(runtime.Time);
        var health = new HealthReport(runtime, vitals);
        Broadcaster = new Broadcaster(runtime, _registry, presence, health);
        var pairing = new PairingEvents(Broadcaster, _registry, runtime.Time);
        var nodes = new NodeSessions(runtime, _registry, pairing);
        Methods = new MethodTable(
        [
            .. GatewayMethodSet.All(runtime, Broadcaster, presence, health, vitals),
            .. PairingMethodSet.All(runtime, pairing, nodes),
            .. runtime.Guard is { } guard
                ? (IEnumerable<MethodEntry>)[.. new ExecApprovalMethods(guard, runtime.Time).Entries(), .. new ExecApprovalsFileMethods(guard, runtime).Entries(),
                    .. new ApprovalMethods(guard).Entries()]
                : [],
        ]);
        var hello = new HelloWriter(runtime, () => Methods.Advertised, presence, health);
        _host = new ConnectionHost(runtime, _registry, Methods, hello, presence, Broadcaster)
        {
            Handshake = new Handshake(runtime, pairing),
            Nodes = nodes,
        };
        _approvals = runtime.Guard is { } judge ? new ApprovalEvents(judge.Gate, Broadcaster, _registry, runtime.Sessions, _host.Logger) : null;
        runtime.Questions.HasPeople = HasPeople;
        Outlet = new PersonOutlet(runtime, Broadcaster, _registry, nodes).Outlet;
        Hands = new NodeHands(runtime, _registry, nodes);
        _sweep = new ConnectionSweep(_registry, runtime.Time, Broadcaster.Tick, Broadcaster.PublishHealth, vitals, Broadcaster.Skills);
        runtime.Models.ModelsChanged = Broadcaster.PublishMetadata;
        _configChanges = runtime.Config.OnChanged(snapshot =>
        {
            foreach (string path in Broadcaster.PublishConfig(snapshot))
            {
                if (path.StartsWith("gateway.trustedProxies", StringComparison.Ordinal)
                    || path.StartsWith("gateway.auth.trustedProxy", StringComparison.Ordinal)
                    || path.StartsWith("gateway.auth.identityScopes", StringComparison.Ordinal))
                {
                    ForgetProxies();
                    break;
                }
            }

            Broadcaster.PublishMetadata();
        });
    }

    /// <summary>Events to all connections.</summary>
    public Broadcaster Broadcaster { get; }

    /// <summary>How messages reach people beside the answers of turns.</summary>
    public MessageOutlet Outlet { get; }

    /// <summary>Tells readers that a session has another progress card, or none.</summary>
    public void CardChanged(SessionKey key, JsonElement? card) => ProgressCardMethods.Changed(Broadcaster, key, card);

    /// <summary>Nodes that run commands for sessions.</summary>
    internal NodeHands Hands { get; }

    internal MethodTable Methods { get; }

    /// <summary>Sockets that are open now.</summary>
    public int Connections => _registry.All.Length;

    /// <summary>Tells the session that the start before had left something for.</summary>
    internal Task TellOfRestartAsync(CancellationToken cancellationToken) =>
        new RestartSentinel(_runtime).TellAsync(new ChatInjection(_runtime, Broadcaster), cancellationToken);

    /// <summary>Sends everybody a fresh report of how the gateway is, because that has changed.</summary>
    internal void TellHealth() => _sweep.TellHealth();

    /// <summary>Another shared secret is in force: who came in by the old one must come again.</summary>
    internal void ForgetSecret(DateTimeOffset? endsAt = null) => _sweep.ForgetSecret(endsAt);

    /// <summary>Looks at every connection once, as the sweep does each second; returns when that lock and all queues let it.</summary>
    internal void Sweep() => _sweep.Sweep();

    private bool HasPeople()
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Grant is { Answers: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Answers an upgrade request; returns when the connection has ended.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        EdgeConfig config = _runtime.Config.Current.Config;
        Func<string, string?> header = name =>
            context.Request.Headers.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value)
                ? value.ToString()
                : null;
        PeerInfo peer = PeerAddress.Resolve(
            context.Connection.RemoteIpAddress,
            header,
            config.Gateway.TrustedProxies,
            config.Gateway.AllowRealIpFallback);
        if (await UpgradeRefusal.RefuseAsync(context, peer, config, _stopping))
        {
            return;
        }

        string? origin = context.Request.Headers.Origin is { Count: > 0 } value ? value.ToString() : null;
        TimeSpan locked = _runtime.Authenticator.LockedFor(peer.Client, origin is not null);
        if (locked > TimeSpan.Zero)
        {
            await UpgradeRefusal.LockedOutAsync(context, locked);
            return;
        }

        if (!_registry.TryReserve(peer.Client, UnauthenticatedLimit(_runtime.Config.Current.Environment)))
        {
            await UpgradeRefusal.TooManyAsync(context);
            return;
        }

        GatewayConnection? connection = null;
        try
        {
            // A socket lives as long as its peer does, and may be silent for as long.
            if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } bodyRate)
            {
                bodyRate.MinDataRate = null;
            }

            var facts = new UpgradeFacts(context.Request.Host.Value, origin)
            {
                ScopeCap = header("x-openclaw-scopes"),
                ProxyUser = TrustedProxyIdentity.Find(context.Connection.RemoteIpAddress, header, config.Gateway),
            };
            Stream stream = await WebSocketUpgrade.AcceptAsync(context);
            connection = new GatewayConnection(_host, stream, WebSocketUpgrade.OutputOf(context, stream), peer, facts, context.Abort);
        }
        finally
        {
            if (connection is null)
            {
                _registry.Release(peer.Client);
            }
        }

        await RunAsync(connection);
    }

    /// <summary>Sockets that one address may have open before they say who they are: the variable, else 32. A value that is
    /// no positive number counts as none.</summary>
    internal static int UnauthenticatedLimit(ProcessEnvironment environment) =>
        int.TryParse(
            environment["OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP"], NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
        && limit > 0
            ? limit
            : ProtocolLimits.MaxUnauthenticatedPerAddress;

    /// <summary>Completes when every request of every connection is answered, or after the budget: who waits for a turn hears how it
    /// ended before the connection closes.</summary>
    public async Task AnswersLeftAsync(TimeSpan budget)
    {
        long began = _runtime.Time.GetTimestamp();
        while (AnyPending() && _runtime.Time.GetElapsedTime(began) < budget)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _runtime.Time);
        }
    }

    private bool AnyPending()
    {
        foreach (GatewayConnection connection in _registry.All)
        {
            if (connection.HasPending)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells everyone that the gateway stops, then closes every connection with 1012. Completes when all have
    /// ended or the token fires, which cuts the rest.</summary>
    /// <param name="reason">What clients are told, such as <c>gateway stopping</c>.</param>
    /// <param name="cancellationToken">Cuts what is left.</param>
    /// <param name="expectedMs">When it will be there again, in milliseconds; null when nobody knows.</param>
    public async Task StopAsync(string reason, CancellationToken cancellationToken, int? expectedMs = null)
    {
        _stopping = true;
        Broadcaster.Publish("shutdown", OperatorScopes.None, json =>
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, reason);
            if (expectedMs is { } ms)
            {
                json.WriteNumber("restartExpectedMs"u8, ms);
            }

            json.WriteEndObject();
        });
        foreach (GatewayConnection connection in _registry.All)
        {
            connection.Close(CloseCodes.ServiceRestart, "service restart");
        }

        try
        {
            long started = _runtime.Time.GetTimestamp();
            while (_registry.All.Length > 0
                && _runtime.Time.GetElapsedTime(started) < ProtocolLimits.CloseTimeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), _runtime.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the budget is used up
        }

        foreach (GatewayConnection connection in _registry.All)
        {
            connection.Abort();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _configChanges.Dispose();
        _approvals?.Dispose();
        await _sweep.DisposeAsync();
        Broadcaster.Skills.Dispose();
        await Broadcaster.DisposeAsync();
    }

    // Who passes by a proxy, and with what, is another matter now.
    private void ForgetProxies()
    {
        if (_runtime.Authenticator.Mode == "trusted-proxy")
        {
            ForgetSecret();
        }
    }

    private async Task RunAsync(GatewayConnection connection)
    {
        _registry.Add(connection);
        _sweep.Wake();
        try
        {
            if (_stopping)
            {
                connection.Close(CloseCodes.ServiceRestart, "service restart");
            }

            await connection.RunAsync();
        }
        finally
        {
            _host.Farewell(connection);
            await connection.DisposeAsync();
        }
    }
}

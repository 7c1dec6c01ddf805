using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Hosting;

/// <summary>Kestrel without host builder, container or configuration sources: nothing watches the content root, and what
/// is not loaded costs no memory. Owned and disposed by the host.</summary>
internal sealed class KestrelListener : IAsyncDisposable
{
    // Largest body any route takes, from the original's limit for /v1/chat/completions.
    private const long MaxBodyBytes = 20L * 1024 * 1024;

    private readonly KestrelServer _server;
    private readonly List<Socket> _own = [];
    private readonly List<Socket> _shared = [];
    private readonly List<Socket> _bound = [];
    private readonly PausableTransport _transport;
    private readonly bool _ofUnit;
    private volatile bool _pausing;

    /// <summary>Creates a listener that is not yet bound.</summary>
    /// <param name="endpoints">Where to listen.</param>
    /// <param name="inherited">Sockets that systemd has opened already; those at one of the endpoints are used.</param>
    /// <param name="tls">Tells TLS from plain HTTP, connection by connection.</param>
    /// <param name="loggers">For the web server's own warnings.</param>
    public KestrelListener(IReadOnlyList<IPEndPoint> endpoints, InheritedListeners inherited, TlsFront tls, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = MaxBodyBytes;
        options.Limits.MaxConcurrentConnections = 4096; // guess: far above a home's clients, below the usual fd limit
        options.Limits.MaxConcurrentUpgradedConnections = 4096;
        // What a peer that stopped reading holds: the pool behind it never gives memory back.
        options.Limits.MaxResponseBufferSize = 32 * 1024;
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        foreach (IPEndPoint endpoint in inherited.Endpoints.Count > 0 ? endpoints : Usable(endpoints))
        {
            options.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(tls.Before);
            });
        }

        _ofUnit = inherited.Endpoints.Count > 0;
        var sockets = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions
            {
                NoDelay = true,
                WaitForDataBeforeAllocatingBuffer = true,
                // A token goes to its socket on the thread that brought it: two hand-overs less, each a wake-up. What runs
                // there never blocks; it is a pool thread, not the poller.
                UnsafePreferInlineScheduling = true,
                CreateBoundListenSocket = endpoint =>
                {
                    Socket socket = inherited.TakeAt(endpoint) ?? SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
                    _bound.Add(socket);
                    if (_ofUnit)
                    {
                        _shared.Add(socket);
                    }
                    else if (endpoint is IPEndPoint { Port: not 0 })
                    {
                        _own.Add(socket);
                    }

                    return socket;
                },
            }),
            loggers);
        _transport = new PausableTransport(sockets);
        _server = new KestrelServer(Options.Create(options), _transport, loggers);
    }

    /// <summary>Addresses that are bound, with the real port where 0 was asked for.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. _server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(address => new Uri(address)) ?? []];

    /// <summary>The listeners that nobody else holds open and that the next process of this gateway would open again; good while it
    /// listens.</summary>
    public IReadOnlyList<Socket> Own => _own;

    /// <summary>systemd has copies of <see cref="Own"/>, which go on listening when this process stops.</summary>
    public void OwnAreKept() => _shared.AddRange(_own);

    /// <summary>Binds and serves. Throws <see cref="IOException"/> when a port is taken.</summary>
    public Task StartAsync(RequestDelegate upgrade, RequestDelegate http, ILogger logger, CancellationToken cancellationToken) =>
        _server.StartAsync(new HttpFrontDoor(upgrade, http, () => _pausing, logger), cancellationToken);

    /// <summary>Opens an address that the next gateway of this process will listen on; null where that has to wait until this one has
    /// closed its own listener there.</summary>
    /// <exception cref="SocketException">Somebody has it, or this machine has no such address.</exception>
    public Socket? OpenAhead(IPEndPoint endpoint)
    {
        if (_ofUnit || _bound.Exists(socket => IsAt(socket, endpoint)))
        {
            return null;
        }

        // Where this one has the port at another address, only the address can be tried.
        bool later = _bound.Exists(socket => ((IPEndPoint)socket.LocalEndPoint!).Port == endpoint.Port);
        Socket opened = SocketTransportOptions.CreateDefaultBoundListenSocket(later ? new IPEndPoint(endpoint.Address, 0) : endpoint);
        if (later)
        {
            opened.Dispose();
            return null;
        }

        opened.Listen();
        return opened;
    }

    private static bool IsAt(Socket socket, IPEndPoint wanted) => socket.LocalEndPoint is IPEndPoint at
        && at.Address.Equals(wanted.Address) && (at.Port == wanted.Port || wanted.Port == 0);

    /// <summary>Leaves the listeners to the next gateway of this process: who calls from <see cref="PauseAsync"/> on, waits for that one.</summary>
    public void HandOver(Handover handover)
    {
        foreach (Socket socket in _bound)
        {
            if (handover.Keep(socket, _ofUnit))
            {
                InheritedListeners.Spare(socket);
            }
        }
    }

    /// <summary>Takes no more connections; those that are there are served, and asked to come again by another one.</summary>
    public Task PauseAsync()
    {
        _pausing = true;
        return _transport.PauseAsync();
    }

    /// <summary>Stops accepting, waits for requests until the token fires, then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_pausing)
        {
            _shared.ForEach(InheritedListeners.Spare);
        }

        _shared.Clear();
        return _server.StopAsync(cancellationToken);
    }

    // Port 0 means one free port, so it is taken on the first address only; and a machine may know IPv6 without having
    // a loopback address for it.
    private static IEnumerable<IPEndPoint> Usable(IReadOnlyList<IPEndPoint> endpoints) =>
        endpoints.Where((endpoint, index) => index == 0 || (endpoint.Port != 0 && CanBind(endpoint.Address)));

    private static bool CanBind(IPAddress address)
    {
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }
}

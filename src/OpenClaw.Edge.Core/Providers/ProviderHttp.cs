using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace OpenClaw.Edge.Providers;

/// <summary>The one HTTP client of the process towards model servers: pooled connections without Nagle, no cookies, no
/// redirects (a key must not follow one to another host), no proxy for hosts nearby. Thread-safe.</summary>
public sealed class ProviderHttp : IDisposable
{
    // guess: a LAN host that has not answered a SYN in 5 s is off; far hosts get the same
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;

    /// <summary>Makes the client; nothing is opened before the first call.</summary>
    /// <param name="tls">For a server with a certificate of its own; null for what the system trusts.</param>
    public ProviderHttp(SslClientAuthenticationOptions? tls = null)
    {
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            Proxy = new NearbyProxyBypass(),
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            // The pool's timer runs at a quarter of this while connections are pooled: 30 s.
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // An abandoned answer closes its connection at once: the model must stop, not be listened to.
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
            SslOptions = tls ?? new SslClientAuthenticationOptions(),
        };
        _invoker = new HttpMessageInvoker(_handler, disposeHandler: true);
    }

    /// <summary>Sends a request and returns when the answer's headers are there; the body is still on the wire.
    /// Disposing the response before its end closes the connection. Throws <see cref="HttpRequestException"/>.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _invoker.SendAsync(request, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        if (string.Equals(target.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            // Servers listen on one of the two; a refused connect costs microseconds here.
            try
            {
                return await DialAsync(new IPEndPoint(IPAddress.Loopback, target.Port), cancellationToken);
            }
            catch (SocketException) when (Socket.OSSupportsIPv6)
            {
                return await DialAsync(new IPEndPoint(IPAddress.IPv6Loopback, target.Port), cancellationToken);
            }
        }

        return await DialAsync(
            IPAddress.TryParse(target.Host, out IPAddress? address) ? new IPEndPoint(address, target.Port) : target,
            cancellationToken);
    }

    private static async ValueTask<Stream> DialAsync(EndPoint target, CancellationToken cancellationToken)
    {
        Socket? socket = new(SocketType.Stream, ProtocolType.Tcp); // dual mode: takes both address families
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(target, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            socket = null;
            return stream;
        }
        finally
        {
            socket?.Dispose();
        }
    }
}

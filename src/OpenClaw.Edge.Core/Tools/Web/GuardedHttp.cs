using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>HTTP for addresses that a model chose. A name is looked up once, all its addresses are checked, and the socket goes to one of
/// those checked: nothing can change in between. Redirects are not followed here. Thread-safe.</summary>
public sealed class GuardedHttp : IDisposable
{
    private static readonly HttpRequestOptionsKey<SsrfConfig> s_policy = new("policy");

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;

    /// <summary>Makes the client; nothing is opened before the first call.</summary>
    /// <param name="resolve">Looks a name up; null for the system's resolver.</param>
    public GuardedHttp(Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // a proxy would look names up by itself
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(10), // guess
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
        };
        _invoker = new HttpMessageInvoker(_handler, disposeHandler: true);
    }

    /// <summary>Sends a request; the body is still on the wire. Throws <see cref="WebRefusedException"/> for an address that is closed, and
    /// <see cref="HttpRequestException"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="policy">Exceptions from the rule that fetches stay out of private networks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, SsrfConfig policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.RequestUri!, policy);
        request.Options.Set(s_policy, policy);
        request.Headers.ConnectionClose = true; // a kept connection would not be checked again
        try
        {
            return await _invoker.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.GetBaseException() is WebRefusedException refused)
        {
            throw refused;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    private static void Check(Uri uri, SsrfConfig policy)
    {
        if (uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
        {
            throw new WebRefusedException($"only http and https addresses without a user name are fetched, not {uri.Scheme}: {uri.Host}");
        }

        if (AddressGuard.Refusal(uri.IdnHost, policy, out _) is string why)
        {
            throw Closed(uri.Host, why);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        SsrfConfig policy = context.InitialRequestMessage.Options.TryGetValue(s_policy, out SsrfConfig? own) ? own : new SsrfConfig();
        string? closed = AddressGuard.Refusal(target.Host, policy, out bool trusted);
        if (closed is not null)
        {
            throw Closed(target.Host, closed);
        }

        IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? literal) ? [literal] : await _resolve(target.Host, cancellationToken);
        foreach (IPAddress address in trusted ? [] : addresses)
        {
            // one closed address among open ones is an attempt, not an accident
            if (AddressGuard.Refusal(address, policy) is string why)
            {
                throw Closed(target.Host, why);
            }
        }

        if (addresses.Length == 0)
        {
            throw new WebRefusedException($"{target.Host} has no address");
        }

        Socket? socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            NetworkStream stream = new(socket, ownsSocket: true);
            socket = null;
            return stream;
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private static WebRefusedException Closed(string host, string why) => new(
        $"{host} is not fetched: {why}. Pages of the public internet can be fetched; a person can add a host to tools.web.fetch.ssrfPolicy.allowedHostnames.");
}

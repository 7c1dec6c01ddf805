using System.Net;

namespace OpenClaw.Edge.Providers;

/// <summary>The environment's proxy for far hosts; near hosts are always reached directly.</summary>
internal sealed class NearbyProxyBypass : IWebProxy
{
    /// <inheritdoc />
    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException("the proxy is the environment's");
    }

    /// <inheritdoc />
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

    /// <inheritdoc />
    public bool IsBypassed(Uri host) => HostReach.IsLocal(host) || HttpClient.DefaultProxy.IsBypassed(host);
}

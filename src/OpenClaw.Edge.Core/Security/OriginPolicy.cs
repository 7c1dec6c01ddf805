using System.Net;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Decides whether a web page may use the gateway. Source: docs/protocol.md, origin rule.</summary>
public static class OriginPolicy
{
    /// <summary>Whether the page at <paramref name="origin"/> may connect. An absent origin is refused: ask only when
    /// one is present or required.</summary>
    public static bool Allows(string? origin, string? hostHeader, PeerInfo peer, EdgeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ControlUiConfig ui = config.Gateway.ControlUi;
        string text = (origin ?? "").Trim().TrimEnd('/');
        string originHost = HostName.OfOrigin(text);
        if (originHost.Length == 0)
        {
            return false;
        }

        foreach (string allowed in ui.AllowedOrigins)
        {
            if (allowed == "*" || string.Equals(allowed.TrimEnd('/'), text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        if (peer.LocalDirect && HostName.IsLoopback(originHost))
        {
            return true;
        }

        bool sameHost = string.Equals(
            HostName.AuthorityOfOrigin(text),
            (hostHeader ?? "").Trim().ToLowerInvariant(),
            StringComparison.Ordinal);
        return sameHost && (ui.DangerouslyAllowHostHeaderOriginFallback || IsOwnKind(originHost, peer));
    }

    /// <summary>Whether the text is an origin at all.</summary>
    public static bool IsOrigin(string? origin) => HostName.OfOrigin(origin).Length > 0;

    private static bool IsOwnKind(string host, PeerInfo peer)
    {
        if (HostName.IsLoopback(host))
        {
            return peer.LocalDirect;
        }

        return host.EndsWith(".local", StringComparison.Ordinal)
            || host.EndsWith(".ts.net", StringComparison.Ordinal)
            || (IPAddress.TryParse(host, out IPAddress? address) && PeerAddress.IsPrivate(address));
    }
}

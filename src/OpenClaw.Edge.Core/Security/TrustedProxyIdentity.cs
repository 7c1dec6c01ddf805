using System.Net;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Finds the user for whom a trusted proxy vouches. Source: docs/protocol.md, trusted proxy.</summary>
public static class TrustedProxyIdentity
{
    /// <summary>The user; null when nobody vouches. Never throws on input.</summary>
    /// <param name="peer">Address of the socket's other end.</param>
    /// <param name="header">Looks up a request header; null when absent.</param>
    /// <param name="gateway">The <c>gateway</c> section in force.</param>
    public static string? Find(IPAddress? peer, Func<string, string?> header, GatewayConfig gateway)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(gateway);
        TrustedProxyAuthConfig rules = gateway.Auth.TrustedProxy;
        IPAddress address = PeerAddress.Normalize(peer ?? IPAddress.Loopback);
        if (string.IsNullOrWhiteSpace(rules.UserHeader)
            || !PeerAddress.IsTrusted(address, gateway.TrustedProxies)
            || (IPAddress.IsLoopback(address) && !rules.AllowLoopback)
            || rules.RequiredHeaders.Any(name => string.IsNullOrWhiteSpace(header(name))))
        {
            return null;
        }

        string? user = header(rules.UserHeader)?.Trim();
        return string.IsNullOrEmpty(user)
            || (rules.AllowUsers.Count > 0 && !rules.AllowUsers.Contains(user, StringComparer.OrdinalIgnoreCase))
            ? null
            : user;
    }
}

using System.Net;

namespace OpenClaw.Edge.Security;

/// <summary>Finds the client behind a connection. Source: docs/protocol.md, proxies.</summary>
public static class PeerAddress
{
    /// <summary>Every header whose presence proves that a proxy is in between.</summary>
    private static readonly string[] EvidenceHeaders =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port",
        "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-By", "X-Real-IP",
    ];

    /// <summary>Judges a connection. Never throws on input.</summary>
    /// <param name="peer">Address of the socket's other end; null for a unix socket, which is local.</param>
    /// <param name="header">Looks up a request header; null when absent.</param>
    /// <param name="trustedProxies">Addresses and CIDR ranges, as configured.</param>
    /// <param name="allowRealIp">Whether <c>X-Real-IP</c> of a trusted proxy counts without <c>X-Forwarded-For</c>.</param>
    public static PeerInfo Resolve(
        IPAddress? peer,
        Func<string, string?> header,
        IReadOnlyList<string> trustedProxies,
        bool allowRealIp)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(trustedProxies);
        IPAddress address = Normalize(peer ?? IPAddress.Loopback);
        if (!HasEvidence(header))
        {
            return new PeerInfo(address, IPAddress.IsLoopback(address), ProxyEvidenceUntrusted: false);
        }

        if (!IsTrusted(address, trustedProxies))
        {
            return new PeerInfo(address, LocalDirect: false, ProxyEvidenceUntrusted: true);
        }

        IPAddress? client = FromForwardedFor(header("X-Forwarded-For"), trustedProxies);
        if (client is null && allowRealIp && IPAddress.TryParse(header("X-Real-IP"), out IPAddress? real))
        {
            client = Normalize(real);
        }

        // A proxy that forwards "127.0.0.1" would hand out loopback privileges.
        return client is null || IPAddress.IsLoopback(client)
            ? new PeerInfo(address, LocalDirect: false, ProxyEvidenceUntrusted: true)
            : new PeerInfo(client, LocalDirect: false, ProxyEvidenceUntrusted: false);
    }

    /// <summary>An IPv4 address that arrived on an IPv6 socket, as IPv4.</summary>
    public static IPAddress Normalize(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Whether an address is loopback, link-local or of a private network (RFC 1918, RFC 6598, RFC 4193).</summary>
    public static bool IsPrivate(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = Normalize(address);
        if (IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.IsIPv6UniqueLocal)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (!plain.TryWriteBytes(bytes, out int length) || length != 4)
        {
            return false;
        }

        return bytes[0] == 10
            || (bytes[0] == 172 && bytes[1] is >= 16 and < 32)
            || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 169 && bytes[1] == 254)
            || (bytes[0] == 100 && bytes[1] is >= 64 and < 128);
    }

    private static bool HasEvidence(Func<string, string?> header)
    {
        foreach (string name in EvidenceHeaders)
        {
            if (header(name) is not null)
            {
                return true;
            }
        }

        return false;
    }

    internal static bool IsTrusted(IPAddress address, IReadOnlyList<string> trustedProxies)
    {
        foreach (string entry in trustedProxies)
        {
            string text = entry.Trim();
            if (IPAddress.TryParse(text, out IPAddress? exact))
            {
                if (Normalize(exact).Equals(address))
                {
                    return true;
                }
            }
            else if (IPNetwork.TryParse(text, out IPNetwork range) && range.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IPAddress? FromForwardedFor(string? header, IReadOnlyList<string> trustedProxies)
    {
        string[] hops = (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (int index = hops.Length - 1; index >= 0; index--)
        {
            if (!TryParseHop(hops[index], out IPAddress? hop))
            {
                return null;
            }

            if (!IsTrusted(hop, trustedProxies))
            {
                return hop;
            }
        }

        return null;
    }

    private static bool TryParseHop(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        if (IPAddress.TryParse(text, out address) || (IPEndPoint.TryParse(text, out IPEndPoint? endPoint)
            && (address = endPoint.Address) is not null))
        {
            address = Normalize(address);
            return true;
        }

        return false;
    }
}

using System.Net;

namespace OpenClaw.Edge.Providers;

/// <summary>Tells hosts that are near (this machine, the LAN) from hosts that are far.</summary>
public static class HostReach
{
    /// <summary>Whether the host is this machine.</summary>
    public static bool IsLoopback(Uri uri) => uri.IsLoopback || uri.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the host is this machine, a private address, or a name that only a LAN resolves.</summary>
    public static bool IsLocal(Uri uri)
    {
        if (IsLoopback(uri))
        {
            return true;
        }

        string host = uri.IdnHost.Trim('[', ']');
        return IPAddress.TryParse(host, out IPAddress? address) ? IsPrivate(address) : IsLanName(host);
    }

    private static bool IsLanName(string host) =>
        !host.Contains('.', StringComparison.Ordinal)
        || host.EndsWith(".local", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".lan", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".home.arpa", StringComparison.OrdinalIgnoreCase);

    private static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        return octets[0] is 10 or 127
            || (octets[0] == 172 && octets[1] is >= 16 and <= 31)
            || (octets[0] == 192 && octets[1] == 168)
            || (octets[0] == 169 && octets[1] == 254)
            || (octets[0] == 100 && octets[1] is >= 64 and <= 127); // 100.64/10: Tailscale and carrier NAT, RFC 6598
    }
}

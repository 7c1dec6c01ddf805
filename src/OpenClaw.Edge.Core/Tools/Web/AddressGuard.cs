using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Which addresses a page may be fetched from: those of the public internet, by the registries of special-purpose addresses
/// (IANA IPv4 and IPv6), also when an IPv4 address is written inside an IPv6 one. Stateless; never throws.</summary>
internal static class AddressGuard
{
    // network, prefix length; what they are for stands in the registries
    private static readonly (uint Network, int Bits)[] s_closed4 =
    [
        (0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12), (0xC0000000, 24),
        (0xC0000200, 24), (0xC0586300, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24), (0xCB007100, 24), (0xE0000000, 3),
    ];

    // what clouds answer with credentials; closed even where private networks are open
    private static readonly IPAddress[] s_metadata =
        [IPAddress.Parse("169.254.169.254"), IPAddress.Parse("169.254.170.2"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    private static readonly string[] s_closedNames = ["localhost", "metadata", "metadata.google.internal", "instance-data"];
    private static readonly string[] s_closedEnds = [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet"];

    /// <summary>Why an address is refused; null when it may be connected to.</summary>
    public static string? Refusal(IPAddress address, SsrfConfig policy)
    {
        IPAddress meant = Embedded(address) ?? address;
        if (s_metadata.Contains(meant))
        {
            return "an address of cloud metadata";
        }

        bool open = meant.AddressFamily == AddressFamily.InterNetwork ? IsOpen4(meant, policy) : IsOpen6(meant, policy);
        return open || policy.AllowPrivateNetwork ? null : "a private or reserved address";
    }

    /// <summary>Why a host is refused before its name is looked up; null when it may be looked up.</summary>
    /// <param name="host">The URL's host.</param>
    /// <param name="policy">Exceptions.</param>
    /// <param name="isTrusted">Whether the host may have any address.</param>
    public static string? Refusal(string host, SsrfConfig policy, out bool isTrusted)
    {
        string name = host.TrimEnd('.').Trim('[', ']');
        isTrusted = policy.AllowedHostnames.Any(allowed => allowed.TrimEnd('.').Equals(name, StringComparison.OrdinalIgnoreCase));
        if (policy.BlockedHostnames.Any(blocked => Matches(blocked.TrimEnd('.'), name)))
        {
            return "a host in ssrfPolicy.blockedHostnames";
        }

        bool named = s_closedNames.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(s_closedEnds, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return named && !isTrusted && !policy.AllowPrivateNetwork ? "a name of the local network" : null;
    }

    private static bool Matches(string pattern, string name) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? name.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : name.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private static bool IsOpen4(IPAddress address, SsrfConfig policy)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        uint value = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        foreach ((uint network, int bits) in s_closed4)
        {
            if (value >> (32 - bits) == network >> (32 - bits))
            {
                return network == 0xC6120000 && policy.AllowRfc2544BenchmarkRange;
            }
        }

        return true;
    }

    // Global unicast is 2000::/3; of it, protocol assignments (Teredo among them), documentation and 6to4's empty rest are not.
    private static bool IsOpen6(IPAddress address, SsrfConfig policy)
    {
        Span<byte> b = stackalloc byte[16];
        address.TryWriteBytes(b, out _);
        int head = BinaryPrimitives.ReadUInt16BigEndian(b);
        int next = BinaryPrimitives.ReadUInt16BigEndian(b[2..]);
        return (b[0] & 0xFE) == 0xFC ? policy.AllowIpv6UniqueLocalRange
            : (b[0] & 0xE0) == 0x20
                && !(head == 0x2001 && (next < 0x200 || next == 0xDB8))
                && !(head == 0x3FFF && next < 0x1000)
                && head != 0x2002;
    }

    // ::ffff:a.b.c.d, ::a.b.c.d, 64:ff9b::a.b.c.d (NAT64), 2002:aabb:ccdd:: (6to4), …:0:5efe:a.b.c.d (ISATAP)
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        Span<byte> b = stackalloc byte[16];
        address.TryWriteBytes(b, out _);
        bool zeroes = b[..10].IndexOfAnyExcept((byte)0) < 0;
        bool mapped = zeroes && (BinaryPrimitives.ReadUInt16BigEndian(b[10..]) is 0xFFFF or 0) && BinaryPrimitives.ReadUInt32BigEndian(b[12..]) > 1;
        bool nat64 = b[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]);
        bool isatap = (b[8] & 0xFD) == 0 && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE;
        return mapped || nat64 || isatap ? new IPAddress(b[12..])
            : b[0] == 0x20 && b[1] == 0x02 ? new IPAddress(b[2..6])
            : null;
    }
}

using System.Net;
using System.Net.NetworkInformation;

namespace OpenClaw.Edge.Security.Tls;

/// <summary>What a browser on the LAN may write to reach this machine.</summary>
/// <param name="Dns">Names, lower case: <c>localhost</c>, the host's own, and <c>.local</c>.</param>
/// <param name="Addresses">Addresses of the interfaces that are up; IPv6 without a scope.</param>
public sealed record HostNames(IReadOnlyList<string> Dns, IReadOnlyList<IPAddress> Addresses)
{
    private const int MaxAddresses = 32; // guess: a box with containers has a dozen

    /// <summary>Asks the machine; some 0.2 ms.</summary>
    public static HostNames OfThisMachine() => new(NamesOf(Environment.MachineName), Interfaces());

    /// <summary>The names that go with a host name: itself, its first label below <c>.local</c>, <c>localhost</c>.</summary>
    public static IReadOnlyList<string> NamesOf(string hostName)
    {
        ArgumentNullException.ThrowIfNull(hostName);
        string whole = hostName.Trim('.').ToLowerInvariant();
        string first = whole.Split('.')[0];
        return Uri.CheckHostName(whole) == UriHostNameType.Dns ? [.. new[] { "localhost", first, $"{first}.local", whole }.Distinct()] : ["localhost"];
    }

    private static IReadOnlyList<IPAddress> Interfaces()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus != OperationalStatus.Down)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => new IPAddress(unicast.Address.GetAddressBytes()))
                .Distinct()
                .Take(MaxAddresses)];
        }
        catch (NetworkInformationException)
        {
            return [IPAddress.Loopback, IPAddress.IPv6Loopback]; // a sandbox may hide the interfaces
        }
    }
}

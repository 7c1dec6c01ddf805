using OpenClaw.Edge.Platform.Mdns;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Hosting;

/// <summary>Decides whether the gateway is announced on the LAN, and as what. Source: docs/protocol.md, discovery.</summary>
internal static class LanAnnouncement
{
    /// <summary>The service type of the original.</summary>
    public const string ServiceType = "_openclaw-gw._tcp";

    /// <summary>Starts announcing; null where that is off: told so, on loopback only, or in a container whose multicast ends at its bridge.</summary>
    public static MdnsResponder? Start(GatewayParts parts, Func<string?> fingerprint)
    {
        string? mode = parts.Config.Current.Config.Discovery.MdnsMode;
        bool reachable = parts.Listener.Addresses.Any(address => !address.IsLoopback);
        if (mode == "off" || (mode is null && (!reachable || LocalSearch.InContainer(parts.Setup.Environment))))
        {
            return null;
        }

        string machine = Environment.MachineName.Split('.')[0];
        var port = (ushort)parts.Listener.Addresses[0].Port;
        return new MdnsResponder(
            new MdnsOffer(ServiceType, InstanceName(machine), machine, port, host => Text(parts, host, machine, port, reachable, mode == "full", fingerprint)),
            parts.Clock,
            parts.Loggers.CreateLogger("OpenClaw.Edge.Platform"));
    }

    /// <summary>What a person reads in a list: <c>box (OpenClaw)</c>.</summary>
    internal static string InstanceName(string machine) => machine.Length == 0 ? "OpenClaw"
        : machine.Contains("openclaw", StringComparison.OrdinalIgnoreCase) ? machine : $"{machine} (OpenClaw)";

    private static List<string> Text(
        GatewayParts parts, string host, string machine, ushort port, bool reachable, bool full, Func<string?> fingerprint)
    {
        List<string> text = ["role=gateway", $"displayName={InstanceName(machine)}", $"lanHost={host}.local", $"gatewayPort={port}", "transport=gateway"];
        bool? tls = parts.Config.Current.Config.Gateway.Tls.Enabled;
        if (tls != false)
        {
            text.Add("gatewayTls=1");
        }

        // Without being told to, no certificate is made (and no OpenSSL loaded) only to be announced.
        if (tls == true && fingerprint() is { } sha)
        {
            text.Add($"gatewayTlsSha256={sha}");
        }

        if (reachable)
        {
            text.Add("gatewayDirectReachable=1");
        }

        if (full)
        {
            text.Add($"cliPath={Environment.ProcessPath}");
            text.Add("sshPort=22");
        }

        return text;
    }
}

using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Platform.DBus;
using OpenClaw.Edge.Platform.Mdns;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Hosting;

/// <summary>Decides whether the gateway is announced on the LAN, and as what. Source: docs/protocol.md, discovery.</summary>
internal static class LanAnnouncement
{
    /// <summary>The service type of the original.</summary>
    public const string ServiceType = "_openclaw-gw._tcp";

    // Where Avahi is, or a test says that it may be: nothing is loaded for a bus on which nobody announces.
    private const string AvahiMark = "/run/avahi-daemon/pid";

    /// <summary>Starts announcing; null where that is off: told so, on loopback only, or in a container whose multicast ends at its bridge.</summary>
    public static IAsyncDisposable? Start(GatewayParts parts, Func<string?> fingerprint)
    {
        string? mode = parts.Config.Current.Config.Discovery.MdnsMode;
        bool reachable = parts.Listener.Addresses.Any(address => !address.IsLoopback);
        if (mode == "off" || (mode is null && (!reachable || LocalSearch.InContainer(parts.Setup.Environment))))
        {
            return null;
        }

        string machine = Environment.MachineName.Split('.')[0];
        var port = (ushort)parts.Listener.Addresses[0].Port;
        ILogger logger = parts.Loggers.CreateLogger("OpenClaw.Edge.Platform");
        string? bus = parts.Setup.Environment["DBUS_SYSTEM_BUS_ADDRESS"];
        if (bus is null && !File.Exists(AvahiMark))
        {
            var own = new MdnsResponder(Offer(null), parts.Clock, logger);
            parts.Awake = own.Again;
            return own;
        }

        var announcer = new AvahiAnnouncer(SystemBus.AddressOf(bus), Offer, parts.Clock, logger);
        parts.Awake = announcer.Again;
        return announcer;

        MdnsOffer Offer(string? pretty)
        {
            string name = InstanceName(pretty is null ? machine : Fitting(pretty));
            return new MdnsOffer(ServiceType, name, machine, port, host => Text(parts, host, name, port, reachable, mode == "full", fingerprint));
        }
    }

    // A label has 63 bytes, and " (OpenClaw) (99)" must fit too.
    private static string Fitting(string pretty)
    {
        while (Encoding.UTF8.GetByteCount(pretty) > 45)
        {
            pretty = pretty[..^(char.IsLowSurrogate(pretty[^1]) ? 2 : 1)];
        }

        return pretty;
    }

    /// <summary>What a person reads in a list: <c>box (OpenClaw)</c>.</summary>
    internal static string InstanceName(string machine) => machine.Length == 0 ? "OpenClaw"
        : machine.Contains("openclaw", StringComparison.OrdinalIgnoreCase) ? machine : $"{machine} (OpenClaw)";

    private static List<string> Text(
        GatewayParts parts, string host, string name, ushort port, bool reachable, bool full, Func<string?> fingerprint)
    {
        List<string> text = ["role=gateway", $"displayName={name}", $"lanHost={host}.local", $"gatewayPort={port}", "transport=gateway"];
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

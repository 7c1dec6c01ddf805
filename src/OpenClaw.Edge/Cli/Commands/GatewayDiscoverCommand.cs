using System.CommandLine;
using System.Net.Sockets;
using OpenClaw.Edge.Platform.Mdns;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway discover</c>: lists the gateways that announce themselves on the LAN.</summary>
internal static class GatewayDiscoverCommand
{
    private const string ServiceType = "_openclaw-gw._tcp";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2); // who answers, answers in 120 ms; the question goes out twice

    public static Command Create(CliOptions shared, CliWorld world) =>
        new Command("discover", "List the gateways on the local network").Does(shared, world, RunAsync);

    private static async Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        TimeSpan wait = context.Timeout < LongestWait ? context.Timeout : LongestWait;
        IReadOnlyList<FoundOffer> found = await MdnsBrowser.FindAsync(ServiceType, wait, context.Clock, cancellationToken);
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("count"u8, found.Count);
                writer.WriteStartArray("beacons"u8);
                foreach (FoundOffer gateway in found)
                {
                    writer.WriteStartObject();
                    writer.WriteString("instanceName"u8, gateway.Instance);
                    writer.WriteString("host"u8, gateway.Host);
                    writer.WriteNumber("port"u8, gateway.Port);
                    writer.WriteString("url"u8, Url(gateway));
                    writer.WriteStartArray("addresses"u8);
                    foreach (System.Net.IPAddress address in gateway.Addresses)
                    {
                        writer.WriteStringValue(address.ToString());
                    }

                    writer.WriteEndArray();
                    writer.WriteStartObject("txt"u8);
                    foreach ((string key, string value) in gateway.Text)
                    {
                        writer.WriteString(key, value);
                    }

                    writer.WriteEndObject();
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        if (found.Count == 0)
        {
            context.Say("no gateway announces itself on this network; one that listens on loopback only does not");
            return (int)ExitCode.Ok;
        }

        // What others say about themselves is theirs: no control characters reach the terminal.
        foreach (FoundOffer gateway in found)
        {
            context.Say($"{TextLayout.OneLine(gateway.Instance)}  {Url(gateway)}  {string.Join(", ", gateway.Addresses)}");
        }

        return (int)ExitCode.Ok;
    }

    private static string Url(FoundOffer gateway)
    {
        string scheme = gateway.Text.GetValueOrDefault("gatewaytls") == "1" ? "https" : "http";
        System.Net.IPAddress? four = gateway.Addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork);
        string host = TextLayout.OneLine(gateway.Host);
        return $"{scheme}://{(Uri.CheckHostName(host) == UriHostNameType.Dns ? host : four?.ToString() ?? "unknown")}:{gateway.Port}/";
    }
}

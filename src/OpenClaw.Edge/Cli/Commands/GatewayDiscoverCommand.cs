using System.CommandLine;
using System.Net.Sockets;
using OpenClaw.Edge.Platform.Mdns;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway discover</c>: lists the gateways that announce themselves on the LAN, and the model servers that answer there.</summary>
internal static class GatewayDiscoverCommand
{
    private const string ServiceType = "_openclaw-gw._tcp";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2); // who answers, answers in 120 ms; the question goes out twice

    // 508 questions, 64 at once, 0.7 s each where nobody is.
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(8);

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> noModels = new("--no-models") { Description = "Do not ask the hosts of the local network for model servers" };
        return new Command("discover", "List the gateways and model servers on the local network") { noModels }.Does(
            shared, world, (context, cancellationToken) => RunAsync(context, !context.Parsed.GetValue(noModels), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, bool models, CancellationToken cancellationToken)
    {
        IReadOnlyList<System.Net.IPAddress> neighbours = models ? NearbyServers.Neighbours() : [];
        if (neighbours.Count > 0 && !context.Json)
        {
            context.Note($"asking {neighbours.Count} addresses of the local network for Ollama (11434) and LM Studio (1234)");
        }

        TimeSpan search = context.Timeout < LongestSearch ? context.Timeout : LongestSearch;
        Task<IReadOnlyList<NearbyServer>> searching = NearbyServers.FindAsync(neighbours, search, context.Clock, cancellationToken);
        TimeSpan wait = context.Timeout < LongestWait ? context.Timeout : LongestWait;
        IReadOnlyList<FoundOffer> found = await MdnsBrowser.FindAsync(ServiceType, wait, context.Clock, cancellationToken);
        IReadOnlyList<NearbyServer> servers = await searching;
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
                WriteServers(writer, servers);
                writer.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        if (found.Count == 0)
        {
            context.Say("no gateway announces itself on this network; one that listens on loopback only does not");
        }

        // What others say about themselves is theirs: no control characters reach the terminal.
        foreach (FoundOffer gateway in found)
        {
            context.Say($"{TextLayout.OneLine(gateway.Instance)}  {Url(gateway)}  {string.Join(", ", gateway.Addresses)}");
        }

        foreach (NearbyServer server in servers)
        {
            context.Say($"{server.Kind}  {server.Url}  (openclaw config set models.providers.{server.Kind}.baseUrl {server.Url})");
        }

        return (int)ExitCode.Ok;
    }

    private static void WriteServers(System.Text.Json.Utf8JsonWriter writer, IReadOnlyList<NearbyServer> servers)
    {
        writer.WriteStartArray("modelServers"u8);
        foreach (NearbyServer server in servers)
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, server.Kind);
            writer.WriteString("url"u8, server.Url);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Url(FoundOffer gateway)
    {
        string scheme = gateway.Text.GetValueOrDefault("gatewaytls") == "1" ? "https" : "http";
        System.Net.IPAddress? four = gateway.Addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork);
        string host = TextLayout.OneLine(gateway.Host);
        return $"{scheme}://{(Uri.CheckHostName(host) == UriHostNameType.Dns ? host : four?.ToString() ?? "unknown")}:{gateway.Port}/";
    }
}

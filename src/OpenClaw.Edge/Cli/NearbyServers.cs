using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Cli;

/// <summary>Model servers on the local network: asks the hosts of this machine's own private IPv4 networks, at most 254 of each, on the two ports where
/// such servers usually listen, with one plain GET. Only when somebody asks.</summary>
internal static class NearbyServers
{
    private const int AtOnce = 64; // a whole /24 in three seconds when nobody answers
    private const int MaxHosts = 1024;
    private const int MaxAnswerBytes = 256 * 1024; // a list of models is some kilobytes

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(700); // guess: Wi-Fi that sleeps wakes up in 300 ms
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private static readonly (int Port, string Kind, string Path)[] Kinds = [(11434, "ollama", "/api/version"), (1234, "lmstudio", "/v1/models")];

    /// <summary>Asks all of them. Never throws for what the network does.</summary>
    public static async Task<IReadOnlyList<NearbyServer>> FindAsync(IReadOnlyList<IPAddress> hosts, TimeSpan budget, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(budget, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout };
        using var http = new HttpClient(handler, disposeHandler: false)
        {
            Timeout = AnswerTimeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        var found = new ConcurrentBag<NearbyServer>();
        IEnumerable<(IPAddress Host, int Port, string Kind, string Path)> questions =
            from host in hosts from kind in Kinds select (host, kind.Port, kind.Kind, kind.Path);
        try
        {
            await Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token }, async (question, token) =>
            {
                if (await AnswersAsync(http, question.Host, question.Port, question.Kind, question.Path, token))
                {
                    found.Add(new NearbyServer(question.Kind, question.Host, question.Port));
                }
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // the budget is spent: what answered so far
        }

        return [.. found.OrderBy(server => server.Kind, StringComparer.Ordinal).ThenBy(server => server.Host.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The other hosts of this machine's private networks; of a network larger than a /24 those around its own address.</summary>
    public static IReadOnlyList<IPAddress> Neighbours()
    {
        try
        {
            IEnumerable<IPAddress> own = NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork);
            return Around([.. own]);
        }
        catch (NetworkInformationException)
        {
            return []; // a sandbox may hide the interfaces
        }
    }

    /// <summary>The hosts around these addresses, without themselves; public and loopback addresses have none.</summary>
    internal static IReadOnlyList<IPAddress> Around(IReadOnlyList<IPAddress> own)
    {
        var hosts = new List<IPAddress>();
        foreach (byte[] network in own.Where(address => PeerAddress.IsPrivate(address) && !IPAddress.IsLoopback(address))
            .Select(address => address.GetAddressBytes()).DistinctBy(bytes => (bytes[0], bytes[1], bytes[2])))
        {
            for (int last = 1; last < 255 && hosts.Count < MaxHosts; last++)
            {
                var host = new IPAddress([network[0], network[1], network[2], (byte)last]);
                if (!own.Contains(host))
                {
                    hosts.Add(host);
                }
            }
        }

        return hosts;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, IPAddress host, int port, string kind, string path, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}{path}")), cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return false;
            }

            // Something else may have that port: {"version":"0.5.1"}, and {"object":"list","data":[…]}.
            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return text.Contains(kind == "ollama" ? "\"version\"" : "\"data\"", StringComparison.Ordinal);
        }
        catch (Exception silent) when (silent is HttpRequestException or IOException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}

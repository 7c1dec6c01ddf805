using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using OpenClaw.Edge.Protocol.Mdns;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>Asks the LAN once who offers a service, from a port of its own, so that it works beside any responder (RFC 6762 §5.1).</summary>
public static class MdnsBrowser
{
    private const int MaxRecords = 2048; // guess: a hundred services with all their records
    private const int MaxText = 32;

    /// <summary>Asks twice and collects the answers until the time is over. Never throws for what the network does or sends.</summary>
    public static async Task<IReadOnlyList<FoundOffer>> FindAsync(string type, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        DnsName name = DnsName.Of(type + ".local");
        using var sockets = new MdnsSockets(port: 0);
        var packets = Channel.CreateBounded<MdnsPacket>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
        await using var receiver = new MdnsReceiver(sockets, packets.Writer);
        using var deadline = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        List<DnsRecord> records = await AskAndCollectAsync(sockets, packets.Reader, name, wait, time, either.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return Services(records, name);
    }

    private static async Task<List<DnsRecord>> AskAndCollectAsync(
        MdnsSockets sockets, ChannelReader<MdnsPacket> packets, DnsName name, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        Task asking = AskAsync(sockets, name, wait, time, cancellationToken);
        List<DnsRecord> records = [];
        try
        {
            await foreach (MdnsPacket packet in packets.ReadAllAsync(cancellationToken))
            {
                if (packet.Message is { IsResponse: true } answer && records.Count < MaxRecords)
                {
                    records.AddRange(answer.Answers.Concat(answer.Additionals));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the time is over, or the caller's patience
        }

        await asking;
        return records;
    }

    /// <summary>Puts services together from the records of all answers.</summary>
    internal static IReadOnlyList<FoundOffer> Services(IReadOnlyList<DnsRecord> records, DnsName type)
    {
        List<FoundOffer> found = [];
        foreach (DnsName instance in records.Where(record => record.Type == DnsType.Ptr && record.Name.Equals(type)).Select(record => record.Target).OfType<DnsName>().Distinct())
        {
            DnsRecord? place = records.FirstOrDefault(record => record.Type == DnsType.Srv && record.Name.Equals(instance));
            if (place?.Target is not { } host || instance.Labels.Count == 0)
            {
                continue;
            }

            IPAddress[] addresses = [.. records
                .Where(record => record.Name.Equals(host) && ((record.Type == DnsType.A && record.Data.Length == 4) || (record.Type == DnsType.Aaaa && record.Data.Length == 16)))
                .Select(record => new IPAddress(record.Data.Span))
                .Distinct()
                .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)];
            DnsRecord? text = records.FirstOrDefault(record => record.Type == DnsType.Txt && record.Name.Equals(instance));
            found.Add(new FoundOffer(instance.Labels[0], host.ToString(), place.Port, addresses, Text(text is null ? [] : text.Data.Span)));
        }

        return [.. found.OrderBy(service => service.Instance, StringComparer.OrdinalIgnoreCase)];
    }

    private static async Task AskAsync(MdnsSockets sockets, DnsName type, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] question = DnsWriter.Write(new DnsMessage { Questions = [new DnsQuestion(type, DnsType.Ptr, Unicast: true)] });
        try
        {
            for (int times = 0; times < 2; times++)
            {
                foreach (MdnsLink link in sockets.Links)
                {
                    sockets.Send(link, question);
                }

                await Task.Delay(wait / 3, time, cancellationToken); // the first packet on a sleeping Wi-Fi is often lost
            }
        }
        catch (OperationCanceledException)
        {
            // the time is over, or nobody waits any more
        }
    }

    private static Dictionary<string, string> Text(ReadOnlySpan<byte> data)
    {
        Dictionary<string, string> text = [];
        while (!data.IsEmpty && data.Length > data[0] && text.Count < MaxText)
        {
            string entry = Encoding.UTF8.GetString(data.Slice(1, data[0]));
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals != 0 && entry.Length > 0)
            {
                text.TryAdd((equals < 0 ? entry : entry[..equals]).ToLowerInvariant(), equals < 0 ? "" : entry[(equals + 1)..]);
            }

            data = data[(1 + data[0])..];
        }

        return text;
    }
}

using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Protocol.Mdns;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>The records of one service under the names in use, and what they answer. Pure: no sockets, no clock. Immutable; a conflict
/// makes another. Source: RFC 6762 and 6763.</summary>
internal sealed class MdnsZone
{
    private const uint HostTtl = 120; // RFC 6762 §10: names of hosts and what depends on them
    private const uint OtherTtl = 4500;

    private static readonly DnsName Local = new("local");
    private static readonly DnsName AllTypes = DnsName.Of("_services._dns-sd._udp.local");

    private readonly MdnsOffer _service;
    private readonly DnsName _type;

    /// <summary>The zone under the names that the service asks for, or those after some conflicts.</summary>
    public MdnsZone(MdnsOffer service, int instanceTry = 1, int hostTry = 1)
    {
        _service = service;
        InstanceTry = instanceTry;
        HostTry = hostTry;
        HostLabel = hostTry == 1 ? service.Host : $"{service.Host}-{hostTry}";
        _type = DnsName.Of(service.Type + ".local");
        Instance = new DnsName(instanceTry == 1 ? service.Instance : $"{service.Instance} ({instanceTry})").Below(_type);
        Host = new DnsName(HostLabel).Below(Local);
    }

    public int InstanceTry { get; }

    public int HostTry { get; }

    public string HostLabel { get; }

    public DnsName Instance { get; }

    public DnsName Host { get; }

    /// <summary>What nobody else may have: to be probed for.</summary>
    public IReadOnlyList<DnsRecord> Claims(IReadOnlyList<IPAddress> addresses) => [Srv(), Txt(), .. Addresses(addresses)];

    /// <summary>Everything, as it is announced on an interface with these addresses.</summary>
    public IReadOnlyList<DnsRecord> All(IReadOnlyList<IPAddress> addresses) =>
        [DnsRecord.Ptr(AllTypes, OtherTtl, _type), DnsRecord.Ptr(_type, OtherTtl, Instance), .. Claims(addresses)];

    /// <summary>The same with a time to live of zero.</summary>
    public IReadOnlyList<DnsRecord> Goodbye(IReadOnlyList<IPAddress> addresses) =>
        [DnsRecord.Ptr(_type, 0, Instance), .. Claims(addresses).Select(record => record with { Ttl = 0 })];

    /// <summary>Asks whether anybody has these names, and says what is about to be claimed (RFC 6762 §8.1).</summary>
    public DnsMessage Probe(IReadOnlyList<IPAddress> addresses, bool unicast) => new()
    {
        Questions = [new DnsQuestion(Instance, DnsType.Any, unicast), new DnsQuestion(Host, DnsType.Any, unicast)],
        Authorities = [.. Claims(addresses).Select(record => record with { Unique = false })],
    };

    /// <summary>The answer to a question, without what the asker knows already (RFC 6762 §7.1); null when there is none.</summary>
    public DnsMessage? Answer(DnsMessage question, IReadOnlyList<IPAddress> addresses)
    {
        IReadOnlyList<DnsRecord> all = All(addresses);
        List<DnsRecord> answers = [];
        foreach (DnsQuestion asked in question.Questions)
        {
            answers.AddRange(all.Where(record => (asked.Type == DnsType.Any || asked.Type == record.Type) && asked.Name.Equals(record.Name)
                && !answers.Contains(record) && !IsKnown(question, record)));
        }

        if (answers.Count == 0)
        {
            return null;
        }

        // Whoever learns the service's name asks for the rest next (RFC 6763 §12).
        bool more = answers.Any(record => record.Type is DnsType.Ptr or DnsType.Srv);
        return new DnsMessage
        {
            IsResponse = true,
            Answers = answers,
            Additionals = more ? [.. Claims(addresses).Where(record => !answers.Contains(record))] : [],
        };
    }

    /// <summary>Whether a packet proves that somebody else has one of the names: a response with other data under it.</summary>
    /// <param name="message">The packet.</param>
    /// <param name="own">Every address of this machine: another responder on it may well name them.</param>
    /// <param name="instance">Whether it is the instance's name.</param>
    /// <param name="host">Whether it is the host's.</param>
    public bool ConflictsWith(DnsMessage message, IReadOnlyList<IPAddress> own, out bool instance, out bool host)
    {
        instance = host = false;
        if (!message.IsResponse)
        {
            return false;
        }

        DnsRecord srv = Srv();
        IReadOnlyList<DnsRecord> addresses = Addresses(own);
        foreach (DnsRecord record in message.Answers.Concat(message.Additionals).Where(record => record.Ttl > 0))
        {
            instance |= record.Type == DnsType.Srv && record.Name.Equals(Instance) && !record.IsSameAs(srv);
            host |= record.Type is DnsType.A or DnsType.Aaaa && record.Name.Equals(Host) && !IsLinkLocal(record) && !addresses.Any(record.IsSameAs);
        }

        return instance || host;
    }

    /// <summary>Whether somebody who probes for the same name at the same moment goes before us: the later data in order of bytes
    /// wins (RFC 6762 §8.2). The same data is no contest.</summary>
    public bool YieldsTo(DnsMessage probe, IReadOnlyList<IPAddress> addresses)
    {
        if (probe.IsResponse || !probe.Questions.Any(asked => asked.Name.Equals(Instance)))
        {
            return false;
        }

        byte[] ours = InOrder(Claims(addresses).Where(record => record.Name.Equals(Instance)));
        byte[] theirs = InOrder(probe.Authorities.Where(record => record.Name.Equals(Instance)));
        return theirs.Length > 0 && theirs.AsSpan().SequenceCompareTo(ours) > 0;
    }

    /// <summary>The zone after a conflict.</summary>
    public MdnsZone Renamed(bool instance, bool host) => new(_service, InstanceTry + (instance ? 1 : 0), HostTry + (host ? 1 : 0));

    private DnsRecord Srv() => DnsRecord.Srv(Instance, HostTtl, _service.Port, Host);

    private DnsRecord Txt() => new(Instance, DnsType.Txt, OtherTtl, DnsWriter.TextBytes(_service.Text(HostLabel)), Unique: true);

    private IReadOnlyList<DnsRecord> Addresses(IReadOnlyList<IPAddress> addresses) =>
    [
        .. addresses.Select(address => new DnsRecord(
            Host, address.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa, HostTtl, address.GetAddressBytes(), Unique: true)),
    ];

    // Half of its life left: the asker will not need it soon.
    private static bool IsKnown(DnsMessage question, DnsRecord record) =>
        question.Answers.Any(known => known.Ttl >= record.Ttl / 2 && known.IsSameAs(record));

    // Another interface of this machine may have it without our knowing.
    private static bool IsLinkLocal(DnsRecord record) => record.Type == DnsType.Aaaa && record.Data.Length == 16 && new IPAddress(record.Data.Span).IsIPv6LinkLocal;

    private static byte[] InOrder(IEnumerable<DnsRecord> records) =>
    [
        .. records.OrderBy(record => record.Type).ThenBy(record => Convert.ToHexString(record.Data.Span), StringComparer.Ordinal)
            .SelectMany(record => (byte[])[0, 1, (byte)(record.Type >> 8), (byte)record.Type, .. record.Data.ToArray()]),
    ];
}

using System.Buffers.Binary;

namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>One resource record of class IN. Names inside the data are written out in full, so that two records are the same when
/// their bytes are.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Type">See <see cref="DnsType"/>.</param>
/// <param name="Ttl">Seconds; 0 takes it back.</param>
/// <param name="Data">The data.</param>
/// <param name="Unique">Whether it replaces every other of its name and type (the cache-flush bit, RFC 6762 §10.2).</param>
public sealed record DnsRecord(DnsName Name, ushort Type, uint Ttl, ReadOnlyMemory<byte> Data, bool Unique)
{
    private const int SrvHead = 6;

    /// <summary>A record that points to a name.</summary>
    public static DnsRecord Ptr(DnsName name, uint ttl, DnsName target) => new(name, DnsType.Ptr, ttl, DnsWriter.NameBytes(target), Unique: false);

    /// <summary>Where a service is.</summary>
    public static DnsRecord Srv(DnsName name, uint ttl, ushort port, DnsName host)
    {
        byte[] target = DnsWriter.NameBytes(host);
        byte[] data = new byte[SrvHead + target.Length]; // priority 0, weight 0
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), port);
        target.CopyTo(data, SrvHead);
        return new DnsRecord(name, DnsType.Srv, ttl, data, Unique: true);
    }

    /// <summary>Name and type are the same, and so is the data.</summary>
    public bool IsSameAs(DnsRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Type == other.Type && Name.Equals(other.Name) && Data.Span.SequenceEqual(other.Data.Span);
    }

    /// <summary>The name that a PTR or SRV record points to; null for other types and broken data.</summary>
    public DnsName? Target => Type switch
    {
        DnsType.Ptr => DnsReader.NameIn(Data.Span),
        DnsType.Srv when Data.Length > SrvHead => DnsReader.NameIn(Data.Span[SrvHead..]),
        _ => null,
    };

    /// <summary>The port of an SRV record; 0 for others.</summary>
    public ushort Port => Type == DnsType.Srv && Data.Length > SrvHead ? BinaryPrimitives.ReadUInt16BigEndian(Data.Span[4..]) : (ushort)0;
}

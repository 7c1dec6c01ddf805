namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>One packet. Source: RFC 1035 §4, as RFC 6762 §18 uses it.</summary>
public sealed record DnsMessage
{
    /// <summary>0 by multicast; that of the question in an answer to an old resolver.</summary>
    public ushort Id { get; init; }

    /// <summary>Whether it answers.</summary>
    public bool IsResponse { get; init; }

    /// <summary>Whether more known answers follow in another packet.</summary>
    public bool Truncated { get; init; }

    /// <summary>What is asked.</summary>
    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    /// <summary>Answers; in a question, those that are known already.</summary>
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    /// <summary>In a probe: the records that are about to be claimed.</summary>
    public IReadOnlyList<DnsRecord> Authorities { get; init; } = [];

    /// <summary>What will be asked next.</summary>
    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];
}

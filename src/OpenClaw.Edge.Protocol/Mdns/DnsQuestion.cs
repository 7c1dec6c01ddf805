namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>What somebody asks for.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">See <see cref="DnsType"/>.</param>
/// <param name="Unicast">Whether an answer to the asker alone would do (RFC 6762 §5.4).</param>
public sealed record DnsQuestion(DnsName Name, ushort Type, bool Unicast = false);

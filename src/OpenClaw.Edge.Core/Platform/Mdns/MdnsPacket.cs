using System.Net;
using OpenClaw.Edge.Protocol.Mdns;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>A packet that could be read.</summary>
/// <param name="Message">What it says; null for the news that the machine's addresses have changed.</param>
/// <param name="Peer">Who sent it.</param>
/// <param name="Link">Number of the interface that it came by.</param>
/// <param name="ToGroup">Whether it was sent to the group, not to this machine alone.</param>
internal sealed record MdnsPacket(DnsMessage? Message, IPEndPoint Peer, int Link, bool ToGroup)
{
    /// <summary>The news that the machine's addresses have changed.</summary>
    public static readonly MdnsPacket Changed = new(null, new IPEndPoint(IPAddress.None, 0), 0, false);
}

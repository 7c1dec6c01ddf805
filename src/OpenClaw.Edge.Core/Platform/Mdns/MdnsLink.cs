using System.Net;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>One interface that multicast goes through.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">What the system calls it.</param>
/// <param name="Addresses">Its addresses, IPv6 without a scope.</param>
internal sealed record MdnsLink(int Index, string Name, IReadOnlyList<IPAddress> Addresses);

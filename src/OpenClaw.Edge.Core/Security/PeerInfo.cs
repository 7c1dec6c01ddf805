using System.Net;

namespace OpenClaw.Edge.Security;

/// <summary>Who is at the other end of a connection.</summary>
/// <param name="Client">Address of the client, seen through trusted proxies.</param>
/// <param name="LocalDirect">A process on this host that connected without a proxy in between.</param>
/// <param name="ProxyEvidenceUntrusted">Forwarding headers came from a peer that is not a trusted proxy, or did not
/// name a client: refuse with <c>proxy_attribution_required</c>.</param>
public readonly record struct PeerInfo(IPAddress Client, bool LocalDirect, bool ProxyEvidenceUntrusted);

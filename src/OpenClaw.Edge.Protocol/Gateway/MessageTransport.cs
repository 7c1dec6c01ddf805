namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Through what a message came.</summary>
/// <param name="Clients">The programs that sent it.</param>
public sealed record MessageTransport(IReadOnlyList<TransportClient>? Clients);

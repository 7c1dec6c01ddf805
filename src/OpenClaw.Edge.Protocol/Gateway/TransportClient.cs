namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>A program that sent a message.</summary>
/// <param name="Id"><c>client.id</c> of its connection.</param>
/// <param name="Mode"><c>client.mode</c>.</param>
public sealed record TransportClient(string? Id, string? Mode);

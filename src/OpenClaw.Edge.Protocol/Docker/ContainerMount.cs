namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A mount of a container.</summary>
/// <param name="Source">Path on the host.</param>
/// <param name="Destination">Path inside.</param>
/// <param name="RW">Whether it can be written.</param>
public sealed record ContainerMount(string? Source, string? Destination, bool RW);

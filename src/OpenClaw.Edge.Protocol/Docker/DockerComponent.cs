namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A part of an engine.</summary>
/// <param name="Name">Such as <c>Engine</c> or <c>Podman Engine</c>.</param>
/// <param name="Version">Its version.</param>
public sealed record DockerComponent(string? Name, string? Version);

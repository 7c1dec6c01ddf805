namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A limit of each process.</summary>
/// <param name="Name">Such as <c>nofile</c>.</param>
/// <param name="Soft">What holds.</param>
/// <param name="Hard">What a process may raise it to.</param>
public sealed record ContainerUlimit(string Name, long Soft, long Hard);

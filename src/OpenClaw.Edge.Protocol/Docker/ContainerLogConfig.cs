namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Where the output of a container's main process goes.</summary>
/// <param name="Type">Such as <c>none</c>.</param>
public sealed record ContainerLogConfig(string Type);

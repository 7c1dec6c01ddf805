namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>What an event is about.</summary>
/// <param name="ID">Its id.</param>
/// <param name="Attributes">Labels and more.</param>
public sealed record DockerActor(string? ID, IReadOnlyDictionary<string, string>? Attributes);

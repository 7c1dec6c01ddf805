namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of <c>GET /version</c>. Source: Engine API 1.41.</summary>
public sealed record DockerVersion
{
    /// <summary>Version of the engine.</summary>
    public string Version { get; init; } = "";

    /// <summary>Newest API that it speaks, such as <c>1.41</c>.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>Oldest API that it speaks.</summary>
    public string? MinAPIVersion { get; init; }

    /// <summary>Its parts; Podman names itself here.</summary>
    public IReadOnlyList<DockerComponent>? Components { get; init; }
}

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of <c>GET /containers/{id}/json</c>, as far as it is used.</summary>
public sealed record ContainerInspect
{
    /// <summary>Id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Name with a leading slash.</summary>
    public string Name { get; init; } = "";

    /// <summary>Id of its image.</summary>
    public string Image { get; init; } = "";

    /// <summary>Whether it runs.</summary>
    public ContainerState State { get; init; } = new();

    /// <summary>How it was made.</summary>
    public ContainerConfig Config { get; init; } = new();

    /// <summary>Its mounts.</summary>
    public IReadOnlyList<ContainerMount>? Mounts { get; init; }
}

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>What a container was made with.</summary>
public sealed record ContainerConfig
{
    /// <summary>Image as it was asked for.</summary>
    public string Image { get; init; } = "";

    /// <summary>User.</summary>
    public string? User { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

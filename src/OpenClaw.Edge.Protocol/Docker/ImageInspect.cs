namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of <c>GET /images/{name}/json</c>.</summary>
public sealed record ImageInspect
{
    /// <summary>Id with its algorithm.</summary>
    public string Id { get; init; } = "";

    /// <summary>Names with tags.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Processor, such as <c>arm64</c>.</summary>
    public string? Architecture { get; init; }
}

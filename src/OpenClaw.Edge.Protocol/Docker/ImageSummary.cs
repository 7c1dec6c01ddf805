namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A row of <c>GET /images/json</c>.</summary>
public sealed record ImageSummary
{
    /// <summary>Id with its algorithm.</summary>
    public string Id { get; init; } = "";

    /// <summary>Names with tags.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }
}

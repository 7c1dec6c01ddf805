namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>identity</c> section of an agent.</summary>
public sealed record IdentityConfig
{
    /// <summary>Name it goes by.</summary>
    public string? Name { get; init; }

    /// <summary>Emoji shown beside it.</summary>
    public string? Emoji { get; init; }

    /// <summary>Picture: path in the workspace, URL or data URI.</summary>
    public string? Avatar { get; init; }
}

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.web</c> section.</summary>
public sealed record WebToolsConfig
{
    /// <summary>Web search.</summary>
    public WebSearchConfig Search { get; init; } = new();

    /// <summary>Reading of pages.</summary>
    public WebFetchConfig Fetch { get; init; } = new();
}

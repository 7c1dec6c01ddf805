namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.web</c> section.</summary>
public sealed record WebToolsConfig
{
    /// <summary>Whether web search is offered; <see langword="null"/> means: when a provider is configured.</summary>
    public bool? SearchEnabled { get; init; }

    /// <summary>Search provider id.</summary>
    public string? SearchProvider { get; init; }

    /// <summary>Credential of the search provider.</summary>
    public string? SearchApiKey { get; init; }

    /// <summary>Whether pages may be fetched.</summary>
    public bool FetchEnabled { get; init; } = true;
}

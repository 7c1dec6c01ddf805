namespace OpenClaw.Edge.Configuration;

/// <summary>One search engine: <c>plugins.entries.&lt;engine&gt;.config.webSearch</c>.</summary>
public sealed record SearchEngineConfig
{
    /// <summary>Root of the engine; <see langword="null"/> means its public one.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Its key.</summary>
    public string? ApiKey { get; init; }

    /// <summary>SearXNG categories, separated by commas.</summary>
    public string? Categories { get; init; }

    /// <summary>Language of results.</summary>
    public string? Language { get; init; }

    /// <summary>DuckDuckGo region, such as <c>de-de</c>.</summary>
    public string? Region { get; init; }

    /// <summary><c>strict</c>, <c>moderate</c> or <c>off</c>.</summary>
    public string? SafeSearch { get; init; }
}

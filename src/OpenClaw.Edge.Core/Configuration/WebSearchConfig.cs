using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.web.search</c> section, with the engines' own settings from <c>plugins.entries.*.config.webSearch</c>.</summary>
public sealed record WebSearchConfig
{
    /// <summary>Whether web search is offered; <see langword="null"/> means: when there is an engine.</summary>
    public bool? Enabled { get; init; }

    /// <summary><c>searxng</c>, <c>brave</c>, <c>duckduckgo</c> or <c>ollama</c>; <see langword="null"/> means: the one that has what it needs.</summary>
    public string? Provider { get; init; }

    /// <summary>Results, 1 to 10.</summary>
    public int MaxResults { get; init; } = 5;

    /// <summary>Budget of one search in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>How long results are kept, in minutes; 0 means not at all.</summary>
    public int CacheTtlMinutes { get; init; } = 15;

    /// <summary>Engine id → its settings.</summary>
    public IReadOnlyDictionary<string, SearchEngineConfig> Engines { get; init; } = ReadOnlyDictionary<string, SearchEngineConfig>.Empty;

    /// <summary>The engine that searches: the one named, else Brave with a key, else SearXNG with an address; null when there is none.
    /// Engines without key or address are used only when named.</summary>
    public string? Engine =>
        Enabled == false ? null
        : Provider?.ToLowerInvariant()
            ?? (Of("brave").ApiKey is not null ? "brave" : Of("searxng").BaseUrl is not null ? "searxng" : null);

    /// <summary>An engine's settings; defaults when it has none.</summary>
    public SearchEngineConfig Of(string engine) => Engines.GetValueOrDefault(engine) ?? new SearchEngineConfig();
}

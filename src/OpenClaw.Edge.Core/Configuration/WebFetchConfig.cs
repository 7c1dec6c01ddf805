using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.web.fetch</c> section.</summary>
public sealed record WebFetchConfig
{
    /// <summary>Whether pages may be fetched.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Characters of one result unless the call says otherwise.</summary>
    public int MaxChars { get; init; } = 20_000;

    /// <summary>Most characters that a call may ask for.</summary>
    public int MaxCharsCap { get; init; } = 20_000;

    /// <summary>Bytes of a body after which no more is read.</summary>
    public int MaxResponseBytes { get; init; } = 750_000;

    /// <summary>Budget of one fetch, redirects included, in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>How long a page is kept, in minutes; 0 means not at all.</summary>
    public int CacheTtlMinutes { get; init; } = 15;

    /// <summary>Redirects that are followed.</summary>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>Whether the main content is looked for; else the whole page is given.</summary>
    public bool Readability { get; init; } = true;

    /// <summary>The <c>User-Agent</c> header.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Headers for the first request; never sent to another origin. Each value counts as a secret.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Where fetches may go.</summary>
    public SsrfConfig Ssrf { get; init; } = new();
}

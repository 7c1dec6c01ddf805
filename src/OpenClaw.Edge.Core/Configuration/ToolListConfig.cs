namespace OpenClaw.Edge.Configuration;

/// <summary>An allow and a deny list of tools, as several sections hold it.</summary>
public sealed record ToolListConfig
{
    /// <summary>Tools allowed; empty means: no list given.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Tools allowed besides those of <see cref="Allow"/> or of the defaults.</summary>
    public IReadOnlyList<string> AlsoAllow { get; init; } = [];

    /// <summary>Tools denied; wins over <see cref="Allow"/>.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
}

namespace OpenClaw.Edge.Configuration;

/// <summary>Tool lists for one provider or model: an entry of <c>tools.byProvider</c>.</summary>
public sealed record ToolRulesConfig
{
    /// <summary>Profile that applies on top of the other one; <see langword="null"/> for none.</summary>
    public string? Profile { get; init; }

    /// <summary>Tools allowed; empty means: no list given.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Tools allowed besides those of the profile and of <see cref="Allow"/>.</summary>
    public IReadOnlyList<string> AlsoAllow { get; init; } = [];

    /// <summary>Tools denied; wins.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
}

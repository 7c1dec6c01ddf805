namespace OpenClaw.Edge.Configuration;

/// <summary>A primary model and what stands in for it. A plain string fills <see cref="Primary"/>.</summary>
public sealed record ModelChoiceConfig
{
    /// <summary><c>provider/model</c> or an alias; <see langword="null"/> means: the first that is found.</summary>
    public string? Primary { get; init; }

    /// <summary>Tried in this order when the primary fails.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];
}

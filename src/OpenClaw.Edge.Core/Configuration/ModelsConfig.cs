using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>models</c> section.</summary>
public sealed record ModelsConfig
{
    /// <summary><c>merge</c> (with what is found on this host) or <c>replace</c> (only what is listed).</summary>
    public string Mode { get; init; } = "merge";

    /// <summary>Model servers by id.</summary>
    public IReadOnlyDictionary<string, ModelProviderConfig> Providers { get; init; } =
        ReadOnlyDictionary<string, ModelProviderConfig>.Empty;
}

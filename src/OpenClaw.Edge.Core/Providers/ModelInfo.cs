namespace OpenClaw.Edge.Providers;

/// <summary>What is known of a model, from configuration and from its server.</summary>
public sealed record ModelInfo
{
    /// <summary>Model id without the provider.</summary>
    public required string Id { get; init; }

    /// <summary>Name for a person.</summary>
    public required string Name { get; init; }

    /// <summary>Provider id.</summary>
    public required string Provider { get; init; }

    /// <summary>Window in tokens that we use, after our own cap; zero when unknown.</summary>
    public int ContextWindow { get; init; }

    /// <summary>Most tokens of an answer; zero when unknown.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Whether it can reason before it answers.</summary>
    public bool Reasoning { get; init; }

    /// <summary>Whether it sees images.</summary>
    public bool Vision { get; init; }

    /// <summary>Whether it calls tools; unknown counts as yes.</summary>
    public bool Tools { get; init; } = true;

    /// <summary>Whether it makes embeddings and does not chat.</summary>
    public bool Embedding { get; init; }

    /// <summary>Whether it runs on this host or LAN.</summary>
    public bool Local { get; init; }

    /// <summary>Whether its server says it is in memory now; null when the server does not say.</summary>
    public bool? Loaded { get; init; }

    /// <summary>US dollars per million tokens; zeros for local models.</summary>
    public ModelCost Cost { get; init; } = new(0, 0, 0, 0);

    /// <summary><c>provider/model</c>.</summary>
    public string Ref => $"{Provider}/{Id}";
}

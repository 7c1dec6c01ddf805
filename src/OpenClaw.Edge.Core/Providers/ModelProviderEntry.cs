namespace OpenClaw.Edge.Providers;

/// <summary>One provider of the catalogue: who it is, where it is, and the clients that talk to it.</summary>
public sealed record ModelProviderEntry
{
    /// <summary>The part before the slash of <c>provider/model</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Wire protocol: <c>ollama</c>, <c>lmstudio</c>, <c>openai-completions</c>, <c>openai-responses</c>,
    /// <c>anthropic-messages</c>, <c>auto</c> (decided at the first call) or <c>demo</c>.</summary>
    public required string Api { get; init; }

    /// <summary>Root of the server without user info.</summary>
    public required Uri BaseUri { get; init; }

    /// <summary>The streaming client.</summary>
    public required IModelProvider Provider { get; init; }

    /// <summary>Where its key comes from: a variable of the environment, or "" for the configuration; <see langword="null"/> when it has none.</summary>
    public string? KeyOrigin { get; init; }

    /// <summary>The embedding client, when the protocol has one.</summary>
    public IEmbedder? Embedder { get; init; }

    /// <summary>Whether the server is on this host or LAN.</summary>
    public bool Local { get; init; }

    /// <summary>Whether it was found by itself and is not in the configuration.</summary>
    public bool Discovered { get; init; }

    /// <summary>OpenAI-compatible root and headers; null when the server has no such API.</summary>
    public PassThroughTarget? PassThrough { get; init; }

    /// <summary>Calls at once to one model of this provider; zero is without limit.</summary>
    public int MaxConcurrent { get; init; }

    /// <summary>Models that are known before the server was asked.</summary>
    public IReadOnlyList<ModelInfo> Seed { get; init; } = [];
}

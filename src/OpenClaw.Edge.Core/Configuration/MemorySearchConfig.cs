namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>memory.search</c> section (<c>memorySearch</c> in older files).</summary>
public sealed record MemorySearchConfig
{
    /// <summary>Whether memory is searched.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where embeddings come from; <see langword="null"/> or <c>auto</c> means the local model server, <c>none</c> words only.</summary>
    public string? Provider { get; init; }

    /// <summary>Embedding model; <see langword="null"/> means: the first embedding model found.</summary>
    public string? Model { get; init; }

    /// <summary>Length of the vectors that is asked for; <see langword="null"/> means the model's own.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Address of a server for embeddings.</summary>
    public string? RemoteBaseUrl { get; init; }

    /// <summary>Its credential.</summary>
    public string? RemoteApiKey { get; init; }

    /// <summary>Further headers for it.</summary>
    public IReadOnlyDictionary<string, string> RemoteHeaders { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Files and folders beside the workspace's own, absolute or relative to the workspace.</summary>
    public IReadOnlyList<MemoryExtraPath> ExtraPaths { get; init; } = [];

    /// <summary>Tokens of a piece, estimated at four letters each.</summary>
    public int ChunkTokens { get; init; } = 400;

    /// <summary>Tokens that a piece repeats of the one before.</summary>
    public int ChunkOverlap { get; init; } = 80;

    /// <summary>Most hits of a search that names no number.</summary>
    public int MaxResults { get; init; } = 6;

    /// <summary>Least score of a hit that was found by meaning alone.</summary>
    public double MinScore { get; init; } = 0.35;

    /// <summary>Whether meaning and words are searched together; off means meaning alone where there is an embedder.</summary>
    public bool Hybrid { get; init; } = true;

    /// <summary>Share of the score by meaning.</summary>
    public double VectorWeight { get; init; } = 0.7;

    /// <summary>Share of the score by words.</summary>
    public double TextWeight { get; init; } = 0.3;

    /// <summary>Whether hits that say the same make room for others.</summary>
    public bool Mmr { get; init; } = true;

    /// <summary>How much a hit's own score counts against its likeness to hits before it.</summary>
    public double MmrLambda { get; init; } = 0.7;

    /// <summary>Whether dated notes count less as they age.</summary>
    public bool Decay { get; init; } = true;

    /// <summary>Days after which a dated note counts half.</summary>
    public double HalfLifeDays { get; init; } = 30;

    /// <summary>Whether changed files are indexed when they change.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>Quiet time after a change before files are looked at, in milliseconds.</summary>
    public int WatchDebounceMs { get; init; } = 1500;

    /// <summary>Whether vectors of text that is gone are kept for its return.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>Most vectors that are kept without a text.</summary>
    public int CacheEntries { get; init; } = 20_000;
}

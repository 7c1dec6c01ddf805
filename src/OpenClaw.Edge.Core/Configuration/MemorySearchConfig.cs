namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>memory.search</c> section (<c>memorySearch</c> in older files).</summary>
public sealed record MemorySearchConfig
{
    /// <summary>Whether memory is searched.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where embeddings come from; <see langword="null"/> means the local model server.</summary>
    public string? Provider { get; init; }

    /// <summary>Embedding model; <see langword="null"/> means: the first embedding model found.</summary>
    public string? Model { get; init; }

    /// <summary>Address of a server for embeddings.</summary>
    public string? RemoteBaseUrl { get; init; }

    /// <summary>Its credential.</summary>
    public string? RemoteApiKey { get; init; }
}

namespace OpenClaw.Edge.Memory;

/// <summary>How an agent's memory stands.</summary>
public sealed record MemoryStatus
{
    /// <summary>Whose.</summary>
    public required MemoryScope Scope { get; init; }

    /// <summary>Files that are indexed.</summary>
    public required long Files { get; init; }

    /// <summary>Pieces of them.</summary>
    public required long Chunks { get; init; }

    /// <summary>Letters of these.</summary>
    public required long Characters { get; init; }

    /// <summary>Pieces with a vector.</summary>
    public required long Embedded { get; init; }

    /// <summary>Whose vectors those are; null when there are none.</summary>
    public string? IndexModel { get; init; }

    /// <summary>Who makes vectors now; null when nobody does, or nobody was asked yet.</summary>
    public string? Embedder { get; init; }

    /// <summary>Why nobody does; null when somebody does, or nobody was asked yet.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether files are being looked at or vectors made.</summary>
    public required bool Busy { get; init; }
}

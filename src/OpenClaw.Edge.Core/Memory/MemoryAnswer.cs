namespace OpenClaw.Edge.Memory;

/// <summary>What a search found.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Embedder">Whose vectors were compared; null when words alone were.</param>
/// <param name="Notice">Why words alone were searched, or why something may be missing; null when all is well.</param>
public sealed record MemoryAnswer(IReadOnlyList<MemoryHit> Hits, string? Embedder, string? Notice)
{
    /// <summary><c>hybrid</c> or <c>fts-only</c>, the original's words.</summary>
    public string Mode => Embedder is null ? "fts-only" : "hybrid";
}

namespace OpenClaw.Edge.Providers;

/// <summary>A model server that turns texts into vectors. Thread-safe.</summary>
public interface IEmbedder
{
    /// <summary>Embeds texts in order. Throws <see cref="ProviderException"/>.</summary>
    Task<EmbeddingBatch> EmbedAsync(
        string model,
        IReadOnlyList<string> inputs,
        int? dimensions,
        CancellationToken cancellationToken);
}

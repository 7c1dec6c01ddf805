namespace OpenClaw.Edge.Providers;

/// <summary>A model server that streams answers. Implementations are thread-safe and live as long as the configuration
/// that made them.</summary>
public interface IModelProvider
{
    /// <summary>Provider id, the part before the slash of <c>provider/model</c>.</summary>
    string Id { get; }

    /// <summary>Streams one answer. Ends with exactly one <see cref="ChatDeltaKind.Finish"/>, or throws
    /// <see cref="ProviderException"/>; cancellation closes the upstream connection at once.</summary>
    IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, CancellationToken cancellationToken);

    /// <summary>Asks the server what it serves. Throws <see cref="ProviderException"/> when it does not answer.</summary>
    Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken);
}

using System.Runtime.CompilerServices;

namespace OpenClaw.Edge.Providers;

/// <summary>A server whose protocol nobody said: asked once, at the first call, and remembered when it answers.</summary>
internal sealed class AutoProvider(ModelServer native, ModelServer openAi) : IModelProvider, IEmbedder
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    private volatile IModelProvider? _known;

    /// <inheritdoc />
    public string Id => native.Id;

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IModelProvider provider = await DecideAsync(cancellationToken);
        await foreach (ChatDelta delta in provider.StreamAsync(request, cancellationToken))
        {
            yield return delta;
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
        await (await DecideAsync(cancellationToken)).ListModelsAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<EmbeddingBatch> EmbedAsync(
        string model, IReadOnlyList<string> inputs, int? dimensions, CancellationToken cancellationToken) =>
        await ((IEmbedder)await DecideAsync(cancellationToken)).EmbedAsync(model, inputs, dimensions, cancellationToken);

    private async Task<IModelProvider> DecideAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known)
        {
            return known;
        }

        // Two calls at once may both ask; the answers are the same.
        IModelProvider decided =
            await HasAsync("api/version", "\"version\"", cancellationToken) ? new OllamaProvider(native with { Title = "Ollama" })
            : await HasAsync("api/v1/models", "\"models\"", cancellationToken) ? LmStudio()
            : await HasAsync("api/v0/models", "\"compatibility_type\"", cancellationToken) ? LmStudio()
            : new OpenAiProvider(openAi, responses: false);
        _known = decided;
        return decided;
    }

    private LmStudioProvider LmStudio() => new(
        native with { Title = "LM Studio", Root = new Uri(native.Root, "v1/") }, native with { Title = "LM Studio" }, responses: false);

    private async Task<bool> HasAsync(string path, string mark, CancellationToken cancellationToken)
    {
        try
        {
            byte[] said = await UpstreamCall.GetAsync(native, path, Budget, cancellationToken);
            return System.Text.Encoding.UTF8.GetString(said).Contains(mark, StringComparison.Ordinal);
        }
        catch (ProviderException e) when (e.Failure != ProviderFailure.Unreachable || e.InnerException is null)
        {
            return false; // it is there, and this is not its protocol
        }
    }
}

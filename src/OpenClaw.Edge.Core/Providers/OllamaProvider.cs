using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Ollama;

namespace OpenClaw.Edge.Providers;

/// <summary>Ollama by its native API. Says so when the server is loading the model, sends the tools again without streaming
/// where streaming them fails, and leaves out what a model refuses.</summary>
internal sealed class OllamaProvider(ModelServer server) : IModelProvider, IEmbedder
{
    private static readonly AnswerWire Wire = new("ollama", EventStream: false, OllamaChunkReader.TryRead);
    private static readonly TimeSpan EmbedBudget = TimeSpan.FromMinutes(5); // guess: a large batch on a small CPU

    private readonly OllamaModels _models = new(server);

    /// <inheritdoc />
    public string Id => server.Id;

    /// <inheritdoc />
    public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
        _models.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OllamaFacts facts = await _models.FactsAsync(request.Model, cancellationToken);
        IAsyncEnumerable<ChatDelta> deltas = AdaptedCall.StreamAsync(
            new Shape(facts, Stream: true),
            shape => CallAsync(request, shape, cancellationToken),
            (shape, failure) => Adapt(request, shape, failure),
            cancellationToken);
        await foreach (ChatDelta delta in deltas)
        {
            yield return delta;
        }
    }

    /// <inheritdoc />
    public async Task<EmbeddingBatch> EmbedAsync(
        string model, IReadOnlyList<string> inputs, int? dimensions, CancellationToken cancellationToken)
    {
        byte[] said = await UpstreamCall.WholeAsync(
            server, HttpMethod.Post, "api/embed", EmbeddingRequests.Ollama(model, inputs, dimensions), model, EmbedBudget, cancellationToken);
        try
        {
            OllamaEmbeddings? embeddings = JsonSerializer.Deserialize(said, OllamaJson.Default.OllamaEmbeddings);
            if (embeddings?.Embeddings.Count == inputs.Count)
            {
                return new EmbeddingBatch(embeddings.Embeddings, embeddings.PromptEvalCount);
            }
        }
        catch (JsonException)
        {
            // told below
        }

        throw ProviderErrors.Malformed(server, model, "vectors that do not fit the inputs");
    }

    private async IAsyncEnumerable<ChatDelta> CallAsync(
        ModelRequest request, Shape shape, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? think = OllamaThink.Json(server, request, shape.Facts.Thinks);
        using var answer = new AnswerStream(server, Wire, request, tagged: !shape.Facts.Thinks);
        IAsyncEnumerable<ChatDelta> deltas = answer.RunAsync(
            "api/chat",
            () => OllamaRequestWriter.Write(server, request, shape.Facts.Window, think, shape.Stream, shape.Facts.Tools),
            whole: !shape.Stream,
            ct => ExplainAsync(request.Model, ct),
            cancellationToken);
        await foreach (ChatDelta delta in deltas)
        {
            yield return delta;
        }
    }

    /// <summary>The request without what the server just refused; remembered for the model.</summary>
    private Shape? Adapt(ModelRequest request, Shape shape, ProviderException failure)
    {
        if (shape.Facts.Tools && FailurePhrases.MeansNoTools(failure.Message))
        {
            _models.Correct(request.Model, known => known with { Tools = false });
            return shape with { Facts = shape.Facts with { Tools = false } };
        }

        if (shape.Facts.Thinks && FailurePhrases.MeansNoThinking(failure.Message))
        {
            _models.Correct(request.Model, known => known with { Thinks = false });
            return shape with { Facts = shape.Facts with { Thinks = false } };
        }

        return shape.Stream && shape.Facts.Tools && request.Tools.Count > 0 && IsToolTrouble(failure)
            ? shape with { Stream = false }
            : null;
    }

    private static bool IsToolTrouble(ProviderException failure) =>
        failure.Failure is ProviderFailure.Malformed
        || (failure.Failure is ProviderFailure.ServerError or ProviderFailure.BadRequest
            && FailurePhrases.MeansToolTrouble(failure.Message));

    private async Task<ModelProgress> ExplainAsync(string model, CancellationToken cancellationToken)
    {
        HashSet<string> loaded = await _models.LoadedAsync(cancellationToken);
        return loaded.Contains(model)
            ? new ModelProgress("starting_model", $"{model} is reading the prompt…", server.Id, model)
            : new ModelProgress("loading_model", $"loading model {model}…", server.Id, model);
    }

    /// <summary>How to ask: with what, and streamed or whole.</summary>
    private sealed record Shape(OllamaFacts Facts, bool Stream);
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenClaw.Edge.Protocol.OpenAi;

namespace OpenClaw.Edge.Providers;

/// <summary>Any OpenAI-compatible server, by chat completions or responses. Learns what the server refuses and asks without
/// it. The server's root ends in <c>/v1/</c> or what stands for it.</summary>
internal sealed class OpenAiProvider : IModelProvider, IEmbedder
{
    private static readonly AnswerWire Chat = new("openai-completions", EventStream: true, ChatChunkReader.TryRead);
    private static readonly AnswerWire Responses = new("openai-responses", EventStream: true, ResponsesEventReader.TryRead);
    private static readonly TimeSpan EmbedBudget = TimeSpan.FromMinutes(5); // guess: a large batch on a small CPU
    private static readonly TimeSpan ListBudget = TimeSpan.FromSeconds(5);
    private const int MaxShapes = 256;

    private readonly ModelServer _server;
    private readonly bool _responses;
    private readonly ConcurrentDictionary<string, OpenAiShape> _shapes = new(StringComparer.Ordinal);

    /// <summary>Makes a client.</summary>
    public OpenAiProvider(ModelServer server, bool responses)
    {
        _server = server;
        _responses = responses;
    }

    /// <inheritdoc />
    public string Id => _server.Id;

    /// <summary>Names a wire's model for a request, when the server wants another one than the catalogue's.</summary>
    public Func<ModelRequest, CancellationToken, Task<string>>? Rename { get; init; }

    /// <summary>Says why nothing came for a while, where the server can be asked.</summary>
    public Func<string, CancellationToken, Task<ModelProgress>>? Explain { get; init; }

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string model = Rename is null ? request.Model : await Rename(request, cancellationToken);
        IAsyncEnumerable<ChatDelta> deltas = AdaptedCall.StreamAsync(
            ShapeFor(request.Model),
            shape => CallAsync(request, model, shape, cancellationToken),
            (shape, failure) => Adapt(request, shape, failure),
            cancellationToken);
        await foreach (ChatDelta delta in deltas)
        {
            yield return delta;
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
    {
        if (!_server.Discovers && _server.Models.Count > 0)
        {
            return [.. _server.Models.Keys.Select(id => ModelInfos.Configured(_server, id))];
        }

        byte[] body = await UpstreamCall.GetAsync(_server, "models", ListBudget, cancellationToken);
        try
        {
            OpenAiModelList? list = JsonSerializer.Deserialize(body, OpenAiListsJson.Default.OpenAiModelList);
            IEnumerable<OpenAiModel> served = (list?.Data ?? []).Where(model => model.Id.Length > 0);
            return
            [
                .. served.Select(Describe),
                .. _server.Models.Keys.Where(id => !served.Any(model => model.Id == id)).Select(id => ModelInfos.Configured(_server, id)),
            ];
        }
        catch (JsonException)
        {
            throw ProviderErrors.Malformed(_server, "", "a model list that is not its JSON");
        }
    }

    /// <inheritdoc />
    public async Task<EmbeddingBatch> EmbedAsync(
        string model, IReadOnlyList<string> inputs, int? dimensions, CancellationToken cancellationToken)
    {
        byte[] said = await UpstreamCall.WholeAsync(
            _server, HttpMethod.Post, "embeddings", EmbeddingRequests.OpenAi(model, inputs, dimensions), model, EmbedBudget, cancellationToken);
        try
        {
            OpenAiEmbeddingList? list = JsonSerializer.Deserialize(said, OpenAiListsJson.Default.OpenAiEmbeddingList);
            if (list?.Data.Count == inputs.Count)
            {
                return new EmbeddingBatch(
                    [.. list.Data.OrderBy(row => row.Index).Select(row => row.Embedding)], list.Usage?.PromptTokens ?? 0);
            }
        }
        catch (JsonException)
        {
            // told below
        }

        throw ProviderErrors.Malformed(_server, model, "vectors that do not fit the inputs");
    }

    private async IAsyncEnumerable<ChatDelta> CallAsync(
        ModelRequest request, string model, OpenAiShape shape, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = new AnswerStream(_server, _responses ? Responses : Chat, request, tagged: _server.Local && !_responses);
        IAsyncEnumerable<ChatDelta> deltas = answer.RunAsync(
            _responses ? "responses" : "chat/completions",
            () => _responses
                ? ResponsesRequestWriter.Write(_server, request, model, shape)
                : ChatRequestWriter.Write(_server, request, model, shape),
            whole: !shape.Stream,
            Explain is null ? null : ct => Explain(request.Model, ct),
            cancellationToken);
        await foreach (ChatDelta delta in deltas)
        {
            yield return delta;
        }
    }

    private OpenAiShape ShapeFor(string model)
    {
        if (_shapes.TryGetValue(model, out OpenAiShape? learnt))
        {
            return learnt;
        }

        ModelWish? wish = _server.Wish(model);
        string field = wish?.MaxTokensField
            ?? (_server.Root.Host.EndsWith("openai.com", StringComparison.OrdinalIgnoreCase) ? "max_completion_tokens" : "max_tokens");
        return new OpenAiShape(Stream: true, wish?.Tools ?? true, StreamOptions: true, field);
    }

    private OpenAiShape? Adapt(ModelRequest request, OpenAiShape shape, ProviderException failure)
    {
        OpenAiShape? next = shape.After(failure, request.Tools.Count > 0);
        if (next is not null && _shapes.Count < MaxShapes)
        {
            _shapes[request.Model] = next with { Stream = true }; // streaming with tools may work the next time
        }

        return next;
    }

    private ModelInfo Describe(OpenAiModel model)
    {
        int served = model.MaxModelLen ?? model.ContextLength ?? model.ContextWindow ?? 0;
        ModelInfo known = ModelInfos.Configured(_server, model.Id);
        return known with { ContextWindow = ModelInfos.Window(_server.Wish(model.Id), served) };
    }
}

using System.Text.Json;
using OpenClaw.Edge.Protocol.OpenAi;

namespace OpenClaw.Edge.Providers;

/// <summary>LM Studio: its OpenAI-compatible wire for answers, its native lists for what is loaded. It loads just in time by
/// itself; we name the exact copy when one is in memory with a window that is large enough, and load one ourselves only when
/// the configuration asks for a window (<c>contextTokens</c>) that no copy has, or for <c>params.preload: true</c>.</summary>
internal sealed class LmStudioProvider : IModelProvider, IEmbedder
{
    private const int UnloadedWindow = 8_192; // guess: what just-in-time loading gives is the user's setting, which no API tells
    private static readonly TimeSpan ListBudget = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LoadBudget = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    private readonly ModelServer _native;
    private readonly OpenAiProvider _chat;
    private volatile IReadOnlyList<LmStudioModel> _models = [];
    private long _askedAt;

    /// <summary>Makes a client.</summary>
    /// <param name="server">The server; its root is that of the OpenAI-compatible API.</param>
    /// <param name="native">The same with the root of the native API.</param>
    /// <param name="responses">Whether to use the responses wire.</param>
    public LmStudioProvider(ModelServer server, ModelServer native, bool responses)
    {
        _native = native;
        _chat = new OpenAiProvider(server, responses) { Rename = InstanceAsync, Explain = ExplainAsync };
    }

    /// <inheritdoc />
    public string Id => _native.Id;

    /// <inheritdoc />
    public IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, CancellationToken cancellationToken) =>
        _chat.StreamAsync(request, cancellationToken);

    /// <inheritdoc />
    public Task<EmbeddingBatch> EmbedAsync(
        string model, IReadOnlyList<string> inputs, int? dimensions, CancellationToken cancellationToken) =>
        _chat.EmbedAsync(model, inputs, dimensions, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<LmStudioModel> models = await RefreshAsync(cancellationToken);
        IEnumerable<LmStudioModel> wanted = models.Where(model =>
            model.Key.Length > 0 && (_native.Discovers || _native.Models.ContainsKey(model.Key)));
        return
        [
            .. wanted.Select(Describe),
            .. _native.Models.Keys.Where(id => models.All(model => model.Key != id)).Select(id => ModelInfos.Configured(_native, id)),
        ];
    }

    private async Task<IReadOnlyList<LmStudioModel>> RefreshAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<LmStudioModel> models;
        try
        {
            models = await NativeListAsync(cancellationToken);
        }
        catch (ProviderException e) when (e.Failure is ProviderFailure.BadRequest or ProviderFailure.ModelNotFound or ProviderFailure.Malformed)
        {
            models = await OldListAsync(cancellationToken);
        }

        _models = models;
        Volatile.Write(ref _askedAt, _native.Clock.GetTimestamp());
        return models;
    }

    private async Task<IReadOnlyList<LmStudioModel>> NativeListAsync(CancellationToken cancellationToken)
    {
        byte[] body = await UpstreamCall.GetAsync(_native, "api/v1/models", ListBudget, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, OpenAiListsJson.Default.LmStudioModelList)?.Models
                ?? throw ProviderErrors.Malformed(_native, "", "a list that is not LM Studio's");
        }
        catch (JsonException)
        {
            throw ProviderErrors.Malformed(_native, "", "a list that is not LM Studio's");
        }
    }

    /// <summary>Builds before 0.4 have the v0 list only.</summary>
    private async Task<IReadOnlyList<LmStudioModel>> OldListAsync(CancellationToken cancellationToken)
    {
        byte[] body = await UpstreamCall.GetAsync(_native, "api/v0/models", ListBudget, cancellationToken);
        try
        {
            OpenAiModelList? list = JsonSerializer.Deserialize(body, OpenAiListsJson.Default.OpenAiModelList);
            return [.. (list?.Data ?? []).Select(model => new LmStudioModel
            {
                Key = model.Id,
                Type = model.Type is "embeddings" ? "embedding" : "llm",
                MaxContextLength = model.MaxContextLength ?? 0,
                Capabilities = new LmStudioCapabilities { Vision = model.Type == "vlm", TrainedForToolUse = true },
                LoadedInstances = model.State == "loaded"
                    ? [new LmStudioInstance { Id = model.Id, Config = new LmStudioLoadConfig { ContextLength = model.LoadedContextLength ?? 0 } }]
                    : [],
            })];
        }
        catch (JsonException)
        {
            throw ProviderErrors.Malformed(_native, "", "a list that is not LM Studio's");
        }
    }

    private ModelInfo Describe(LmStudioModel model)
    {
        ModelInfo known = ModelInfos.Configured(_native, model.Key);
        LmStudioInstance? instance = Best(model, Wanted(model.Key));
        int served = instance?.Config?.ContextLength is > 0 and int loaded
            ? loaded
            : model.MaxContextLength > 0 ? Math.Min(model.MaxContextLength, UnloadedWindow) : UnloadedWindow;
        return known with
        {
            Name = _native.Wish(model.Key)?.Name ?? model.DisplayName ?? model.Key,
            ContextWindow = ModelInfos.Window(_native.Wish(model.Key), served),
            Reasoning = known.Reasoning || model.Capabilities?.Reasoning is not null,
            Vision = known.Vision || model.Capabilities?.Vision == true,
            Embedding = model.Type == "embedding" || known.Embedding,
            Loaded = model.LoadedInstances is { Count: > 0 },
        };
    }

    private int Wanted(string model) => _native.Wish(model)?.ContextTokens ?? 0;

    /// <summary>The smallest copy that is large enough, else the largest.</summary>
    private static LmStudioInstance? Best(LmStudioModel model, int wanted) =>
        (model.LoadedInstances ?? [])
        .OrderBy(instance => (instance.Config?.ContextLength ?? 0) >= wanted ? 0 : 1)
        .ThenBy(instance => (instance.Config?.ContextLength ?? 0) * (wanted > 0 ? 1 : -1))
        .FirstOrDefault();

    private async Task<string> InstanceAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<LmStudioModel> models = _models;
        if (models.Count == 0 || _native.Clock.GetElapsedTime(Volatile.Read(ref _askedAt)) > MaxAge)
        {
            try
            {
                models = await RefreshAsync(cancellationToken);
            }
            catch (ProviderException e) when (e.Failure != ProviderFailure.Unreachable)
            {
                return request.Model;
            }
        }

        if (models.FirstOrDefault(model => model.Key == request.Model) is not { } known)
        {
            return request.Model;
        }

        int wanted = Wanted(request.Model);
        LmStudioInstance? best = Best(known, wanted);
        bool enough = best is not null && (best.Config?.ContextLength ?? 0) >= wanted;
        return enough ? best!.Id : wanted > 0 || Preloads(request.Model) ? await LoadAsync(known, wanted, cancellationToken) : request.Model;
    }

    private bool Preloads(string model) =>
        RequestParams.For(_native, model).Any(member => member.Key == "preload" && member.Value.ValueKind == JsonValueKind.True);

    private async Task<string> LoadAsync(LmStudioModel model, int wanted, CancellationToken cancellationToken)
    {
        int window = model.MaxContextLength > 0 ? Math.Min(wanted, model.MaxContextLength) : wanted;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RequestJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model.Key);
            if (window > 0)
            {
                json.WriteNumber("context_length"u8, window);
            }

            json.WriteEndObject();
        }

        try
        {
            byte[] said = await UpstreamCall.WholeAsync(
                _native, HttpMethod.Post, "api/v1/models/load", stream.ToArray(), model.Key, LoadBudget, cancellationToken);
            Volatile.Write(ref _askedAt, 0); // what is loaded has changed
            using JsonDocument document = JsonDocument.Parse(said);
            return document.RootElement.TryGetProperty("instance_id", out JsonElement id) ? id.GetString() ?? model.Key : model.Key;
        }
        catch (ProviderException e) when (e.Failure is ProviderFailure.BadRequest or ProviderFailure.ModelNotFound)
        {
            return model.Key; // older builds can not be told to load: just in time then
        }
        catch (JsonException)
        {
            return model.Key;
        }
    }

    private async Task<ModelProgress> ExplainAsync(string model, CancellationToken cancellationToken)
    {
        IReadOnlyList<LmStudioModel> models = await RefreshAsync(cancellationToken);
        bool loaded = models.Any(known => known.Key == model && known.LoadedInstances is { Count: > 0 });
        return loaded
            ? new ModelProgress("starting_model", $"{model} is reading the prompt…", Id, model)
            : new ModelProgress("loading_model", $"loading model {model}…", Id, model);
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenClaw.Edge.Protocol.Ollama;

namespace OpenClaw.Edge.Providers;

/// <summary>Asks an Ollama server about its models and remembers the answers. Thread-safe.</summary>
internal sealed class OllamaModels(ModelServer server)
{
    private const int AtOnce = 4; // /api/show reads the file's metadata: gentle to an SD card
    private const int MaxModels = 512;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, OllamaFacts> _facts = new(StringComparer.Ordinal);

    /// <summary>Facts of a model from memory; null when it was not asked about yet.</summary>
    public OllamaFacts? Known(string model) => _facts.GetValueOrDefault(model);

    /// <summary>Facts of a model; asks the server the first time only. Throws <see cref="ProviderException"/>.</summary>
    public async Task<OllamaFacts> FactsAsync(string model, CancellationToken cancellationToken)
    {
        if (_facts.TryGetValue(model, out OllamaFacts? known))
        {
            return known;
        }

        bool loaded = (await LoadedAsync(cancellationToken)).Contains(model);
        return await AskAsync(new OllamaTag { Model = model }, loaded, cancellationToken);
    }

    /// <summary>Remembers what a refusal taught us.</summary>
    public void Correct(string model, Func<OllamaFacts, OllamaFacts> change)
    {
        if (_facts.TryGetValue(model, out OllamaFacts? known))
        {
            _facts[model] = change(known);
        }
    }

    /// <summary>All models of the server, with those that the configuration adds. Throws <see cref="ProviderException"/>.</summary>
    public async Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        Task<HashSet<string>> loading = LoadedAsync(cancellationToken);
        OllamaTags tags = await GetAsync("api/tags", OllamaJson.Default.OllamaTags, cancellationToken);
        HashSet<string> loaded = await loading;
        var models = new List<ModelInfo>();
        foreach (OllamaTag[] some in tags.Models.Where(tag => tag.Id.Length > 0 && IsWanted(tag.Id)).Take(MaxModels).Chunk(AtOnce))
        {
            OllamaFacts[] facts = await Task.WhenAll(some.Select(tag => RefreshAsync(tag, loaded.Contains(tag.Id), cancellationToken)));
            models.AddRange(some.Zip(facts, (tag, fact) => Info(tag.Id, fact, loaded.Contains(tag.Id))));
        }

        foreach (string id in server.Models.Keys.Where(id => models.All(model => model.Id != id)))
        {
            models.Add(ModelInfos.Configured(server, id));
        }

        return models;
    }

    /// <summary>Names of the models in memory; empty when the server does not say.</summary>
    public async Task<HashSet<string>> LoadedAsync(CancellationToken cancellationToken)
    {
        try
        {
            OllamaTags running = await GetAsync("api/ps", OllamaJson.Default.OllamaTags, cancellationToken);
            return [.. running.Models.Select(model => model.Id), .. running.Models.Select(model => Untagged(model.Id))];
        }
        catch (ProviderException e) when (e.Failure is not ProviderFailure.Unreachable)
        {
            return []; // older servers have no such route
        }
    }

    private static string Untagged(string id) =>
        id.EndsWith(":latest", StringComparison.Ordinal) ? id[..^":latest".Length] : id;

    private bool IsWanted(string id) => server.Discovers || server.Models.ContainsKey(id);

    private async Task<OllamaFacts> RefreshAsync(OllamaTag tag, bool loaded, CancellationToken cancellationToken) =>
        _facts.TryGetValue(tag.Id, out OllamaFacts? known) && (known.Digest == tag.Digest || known.Digest is null)
            ? known
            : await AskAsync(tag, loaded, cancellationToken);

    private async Task<OllamaFacts> AskAsync(OllamaTag tag, bool loaded, CancellationToken cancellationToken)
    {
        OllamaShow show;
        try
        {
            byte[] body = await UpstreamCall.WholeAsync(
                server, HttpMethod.Post, "api/show", ShowBody(tag.Id), tag.Id, Budget, cancellationToken);
            show = Parse(body, OllamaJson.Default.OllamaShow);
        }
        catch (ProviderException e) when (e.Failure is ProviderFailure.ServerError or ProviderFailure.Malformed)
        {
            show = new OllamaShow(); // one broken model must not hide the others
        }

        var facts = new OllamaFacts(
            tag.Digest,
            ContextWindowRule.Choose(Asked(tag.Id), server.Wish(tag.Id), Memory(show, tag, loaded)),
            server.Wish(tag.Id)?.Reasoning ?? show.Can("thinking") ?? false, // what is configured counts
            server.Wish(tag.Id)?.Tools ?? show.Can("tools") ?? true,
            server.Wish(tag.Id)?.Vision ?? show.Can("vision") ?? false,
            show.Can("embedding") == true && show.Can("completion") != true);
        if (_facts.Count < MaxModels)
        {
            _facts[tag.Id] = facts;
        }

        return facts;
    }

    private int Asked(string model)
    {
        foreach (KeyValuePair<string, JsonElement> member in RequestParams.For(server, model))
        {
            if (member.Key == "num_ctx" && member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out int asked))
            {
                return asked;
            }
        }

        return 0;
    }

    private ModelMemory Memory(OllamaShow show, OllamaTag tag, bool loaded)
    {
        long keyLength = show.Number(".attention.key_length");
        long valueLength = show.Number(".attention.value_length");
        long heads = show.Number(".attention.head_count_kv");
        return new ModelMemory
        {
            ModelWindow = show.Number(".context_length"),
            ModelfileWindow = show.Parameter("num_ctx"),
            WeightBytes = tag.Size,
            BytesPerToken = show.Number(".block_count") * heads * (keyLength + valueLength) * sizeof(short),
            Loaded = loaded,
            FreeBytes = HostReach.IsLoopback(server.Root) ? FreeMemory.Bytes() : null,
        };
    }

    private ModelInfo Info(string id, OllamaFacts facts, bool loaded)
    {
        ModelWish? wish = server.Wish(id);
        return new ModelInfo
        {
            Id = id,
            Name = wish?.Name ?? id,
            Provider = server.Id,
            ContextWindow = facts.Window,
            MaxTokens = wish?.MaxTokens ?? 0,
            Reasoning = facts.Thinks,
            Vision = facts.Sees,
            Tools = facts.Tools,
            Embedding = facts.Embeds,
            Local = server.Local,
            Loaded = loaded,
            Cost = wish?.Cost ?? new ModelCost(0, 0, 0, 0),
        };
    }

    private static ReadOnlyMemory<byte> ShowBody(string model)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RequestJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Parse(await UpstreamCall.GetAsync(server, path, Budget, cancellationToken), type);

    private T Parse<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw ProviderErrors.Malformed(server, "", "a list that is not Ollama's JSON");
        }
    }
}

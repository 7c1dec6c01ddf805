using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Chooses who makes memory's vectors, from the model servers there are. By itself it takes only what runs on this host or LAN:
/// notes go to a far server only where the configuration names it. Thread-safe. Source: docs/memory.md.</summary>
public sealed class ProviderEmbedders(Func<ProviderCatalog> catalog, Func<ConfigSnapshot> config, ProviderHttp http, TimeProvider time)
{
    private const string NoneFound =
        "No embedding model was found: pull one (ollama pull nomic-embed-text), or name one in memory.search.provider and memory.search.model.";

    /// <summary>The choice for settings.</summary>
    public async Task<MemoryEmbedderChoice> ChooseAsync(MemorySearchConfig settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string provider = settings.Provider?.Trim().ToLowerInvariant() ?? "auto";
        try
        {
            return provider == "none"
                ? new MemoryEmbedderChoice(null, "memory.search.provider is none.")
                : settings.RemoteBaseUrl is not null ? await RemoteAsync(settings, provider, cancellationToken)
                : provider is "auto" or "local" ? await FindAsync(settings, cancellationToken)
                : await NamedAsync(settings, provider, cancellationToken);
        }
        catch (ProviderException failure)
        {
            return new MemoryEmbedderChoice(null, failure.Message);
        }
    }

    private async Task<MemoryEmbedderChoice> FindAsync(MemorySearchConfig settings, CancellationToken cancellationToken)
    {
        ProviderCatalog all = catalog();
        IReadOnlyList<ModelInfo> models = await all.ListModelsAsync(cancellationToken);
        string? wanted = settings.Model ?? models
            .Where(model => model is { Embedding: true, Local: true } && EmbeddingModels.IsForText(model.Id))
            .OrderByDescending(model => model.Loaded == true).FirstOrDefault()?.Ref;
        return wanted is not null && all.TryResolve(wanted, out ModelProviderEntry? entry, out string? id) && entry.Embedder is not null
            ? Make(entry, id, settings)
            : new MemoryEmbedderChoice(null, settings.Model is null ? NoneFound : $"No model server has memory.search.model '{settings.Model}'.");
    }

    private async Task<MemoryEmbedderChoice> NamedAsync(MemorySearchConfig settings, string provider, CancellationToken cancellationToken)
    {
        ProviderCatalog all = catalog();
        if (!all.TryResolve($"{provider}/x", out ModelProviderEntry? entry, out _))
        {
            return new MemoryEmbedderChoice(null, provider == "openai-compatible"
                ? "memory.search.provider openai-compatible needs memory.search.remote.baseUrl."
                : $"memory.search.provider '{provider}' is no model server that is known: name one of models.providers, or set its key.");
        }

        if (entry.Embedder is null)
        {
            return new MemoryEmbedderChoice(null, $"{entry.Id} makes no embeddings: name another memory.search.provider.");
        }

        string? model = settings.Model is { } named && named.StartsWith(entry.Id + "/", StringComparison.OrdinalIgnoreCase) ? named[(entry.Id.Length + 1)..] : settings.Model;
        model ??= (await all.ListModelsAsync(cancellationToken))
            .FirstOrDefault(info => info.Provider == entry.Id && info.Embedding && EmbeddingModels.IsForText(info.Id))?.Id ?? EmbeddingModels.DefaultOf(entry.Id);
        return model is null ? new MemoryEmbedderChoice(null, $"{entry.Id} lists no embedding model: name it in memory.search.model.") : Make(entry, model, settings);
    }

    // A server of memory's own: it gets its own key and no other.
    private async Task<MemoryEmbedderChoice> RemoteAsync(MemorySearchConfig settings, string provider, CancellationToken cancellationToken)
    {
        ConfigSnapshot snapshot = config();
        string id = provider is "auto" or "local" ? "memory" : provider;
        ModelProviderEntry? entry = new ProviderEntries(snapshot.Environment, http, time, localSlots: null).Configured(
            id,
            new ModelProviderConfig
            {
                BaseUrl = settings.RemoteBaseUrl,
                Api = provider is "ollama" or "lmstudio" ? provider : provider is "auto" or "local" ? null : ApiNames.Completions,
                ApiKey = settings.RemoteApiKey,
                Headers = settings.RemoteHeaders,
            },
            discovers: true);
        if (entry?.Embedder is null)
        {
            return new MemoryEmbedderChoice(null, $"memory.search.remote.baseUrl '{settings.RemoteBaseUrl}' is no http address.");
        }

        string? model = settings.Model ?? (await entry.Provider.ListModelsAsync(cancellationToken))
            .FirstOrDefault(info => info.Embedding && EmbeddingModels.IsForText(info.Id))?.Id ?? EmbeddingModels.DefaultOf(provider);
        return model is null
            ? new MemoryEmbedderChoice(null, $"{settings.RemoteBaseUrl} lists no embedding model: name it in memory.search.model.")
            : Make(entry, model, settings);
    }

    private static MemoryEmbedderChoice Make(ModelProviderEntry entry, string model, MemorySearchConfig settings)
    {
        IEmbedder embedder = entry.Embedder!;
        string name = settings.Dimensions is { } length ? string.Create(CultureInfo.InvariantCulture, $"{entry.Id}/{model} ({length} numbers)") : $"{entry.Id}/{model}";
        return new MemoryEmbedderChoice(new MemoryEmbedder(name, entry.Local, EmbedAsync), null);

        async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken)
        {
            try
            {
                return (await embedder.EmbedAsync(model, EmbeddingModels.Prefixed(model, texts, isQuery), settings.Dimensions, cancellationToken)).Vectors;
            }
            catch (ProviderException failure)
            {
                throw new MemoryEmbedderException(failure.Message, failure.Failure is ProviderFailure.BadRequest or ProviderFailure.ContextOverflow);
            }
        }
    }
}

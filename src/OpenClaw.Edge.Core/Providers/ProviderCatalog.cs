using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Providers;

/// <summary>The model servers that are configured or were found, and their models. Thread-safe; what was found may grow
/// while it lives, what was configured does not change: a new configuration makes a new catalogue.</summary>
public sealed class ProviderCatalog
{
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<ModelProviderEntry> _configured;
    private readonly IReadOnlyDictionary<string, string> _aliases;
    private readonly string? _configuredDefault;
    private readonly ConcurrentDictionary<string, ModelListCache> _lists = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<ModelProviderEntry> _providers;

    private ProviderCatalog(
        IReadOnlyList<ModelProviderEntry> entries,
        string? defaultModelRef,
        IReadOnlyDictionary<string, string> aliases,
        TimeProvider clock)
    {
        _clock = clock;
        _configured = entries;
        _aliases = aliases;
        _configuredDefault = defaultModelRef;
        _providers = entries;
    }

    /// <summary>Every provider that can be called now.</summary>
    public IReadOnlyList<ModelProviderEntry> Providers => _providers;

    /// <summary>Model to use when nobody names one, as <c>provider/model</c>; null only when there is no model at all.</summary>
    public string? DefaultModelRef => _configuredDefault ?? FirstChatModel()?.Ref;

    /// <summary>A catalogue of given providers, without discovery.</summary>
    public static ProviderCatalog Of(
        IReadOnlyList<ModelProviderEntry> entries,
        string? defaultModelRef,
        TimeProvider clock,
        IReadOnlyDictionary<string, string>? aliases = null) =>
        new(entries, defaultModelRef, aliases ?? new Dictionary<string, string>(), clock);

    /// <summary>A catalogue of the demo model alone.</summary>
    public static ProviderCatalog DemoOnly(TimeProvider clock) => Of([DemoEntry(clock)], DemoProvider.ModelRef, clock);

    /// <summary>Finds the provider and model of <c>provider/model</c>, of an alias, or of a model id that one provider alone
    /// has.</summary>
    public bool TryResolve(
        string modelRef,
        [NotNullWhen(true)] out ModelProviderEntry? provider,
        [NotNullWhen(true)] out string? modelId)
    {
        string text = _aliases.TryGetValue(modelRef, out string? target) ? target : modelRef;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && Find(text[..slash]) is { } named)
        {
            provider = named;
            modelId = text[(slash + 1)..];
            return modelId.Length > 0;
        }

        ModelInfo? only = null;
        foreach (ModelInfo model in Known())
        {
            if (string.Equals(model.Id, text, StringComparison.Ordinal))
            {
                if (only is not null)
                {
                    (provider, modelId) = (null, null);
                    return false;
                }

                only = model;
            }
        }

        provider = only is null ? null : Find(only.Provider);
        modelId = only?.Id;
        return provider is not null && modelId is not null;
    }

    /// <summary>What is known of a model without asking anybody; null when nothing is.</summary>
    public ModelInfo? Describe(string modelRef) =>
        TryResolve(modelRef, out ModelProviderEntry? provider, out string? id)
            ? List(provider).Last.FirstOrDefault(model => model.Id == id)
            : null;

    /// <summary>All models of all providers. A server that does not answer keeps its last good list.</summary>
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelProviderEntry> providers = _providers;
        IReadOnlyList<ModelInfo>[] lists = await Task.WhenAll(
            providers.Select(entry => List(entry).RefreshAsync(force: false, cancellationToken)));
        return [.. lists.SelectMany(list => list)];
    }

    private static ModelProviderEntry DemoEntry(TimeProvider clock) => new()
    {
        Id = DemoProvider.ProviderId,
        Api = "demo",
        BaseUri = new Uri("demo://assistant/"),
        Provider = new DemoProvider(clock),
        Local = true,
    };

    private ModelInfo? FirstChatModel()
    {
        ModelInfo? first = null;
        foreach (ModelInfo model in Known())
        {
            if (model.Embedding)
            {
                continue;
            }

            if (model.Loaded == true)
            {
                return model;
            }

            first ??= model;
        }

        return first;
    }

    private IEnumerable<ModelInfo> Known() => _providers.SelectMany(entry => List(entry).Last);

    private ModelProviderEntry? Find(string id) =>
        _providers.FirstOrDefault(entry => string.Equals(entry.Id, id, StringComparison.OrdinalIgnoreCase));

    private ModelListCache List(ModelProviderEntry entry) =>
        _lists.GetOrAdd(entry.Id, static (_, state) => new ModelListCache(state.entry.Provider, state.clock), (entry, clock: _clock));
}

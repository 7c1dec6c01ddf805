using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Providers;

/// <summary>The model servers that are configured or were found, and their models. Thread-safe; what was found may grow
/// while it lives, what was configured does not change: a new configuration makes a new catalogue.</summary>
public sealed partial class ProviderCatalog
{
    private static readonly TimeSpan FindBudget = TimeSpan.FromMilliseconds(1_500);

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<ModelProviderEntry> _configured;
    private readonly IReadOnlyList<ModelProviderEntry> _places;
    private readonly IReadOnlyDictionary<string, string> _aliases;
    private readonly string? _configuredDefault;
    private readonly ModelProviderEntry _demo;
    private readonly ConcurrentDictionary<IModelProvider, ModelListCache> _lists = new();
    private readonly Lock _gate = new();
    private Task? _looking;
    private long _lookedAt;
    private volatile bool _looked;
    private volatile IReadOnlyList<ModelProviderEntry> _found = [];
    private string? _facts;

    private ProviderCatalog(
        IReadOnlyList<ModelProviderEntry> configured,
        IReadOnlyList<ModelProviderEntry> places,
        string? defaultModelRef,
        IReadOnlyDictionary<string, string> aliases,
        TimeProvider clock,
        ILogger logger)
    {
        _clock = clock;
        _logger = logger;
        _configured = configured;
        _places = places;
        _aliases = aliases;
        _configuredDefault = defaultModelRef;
        _demo = ProviderEntries.Demo(clock);
    }

    /// <summary>Every provider that can be called now; the demo only when there is no other model.</summary>
    public IReadOnlyList<ModelProviderEntry> Providers =>
        NeedsDemo ? [.. _configured, .. _found, _demo] : [.. _configured, .. _found];

    /// <summary>Model to use when nobody names one, as <c>provider/model</c>.</summary>
    public string? DefaultModelRef =>
        _configuredDefault is { } named && TryResolve(named, out ModelProviderEntry? provider, out string? id)
            ? $"{provider.Id}/{id}"
            : _configuredDefault ?? FirstChatModel()?.Ref ?? DemoProvider.ModelRef;

    /// <summary>Called when servers have other models than when they were last asked.</summary>
    internal Action Changed { get; set; } = static () => { };

    /// <summary>Whether no default is configured, so that what is found decides.</summary>
    internal bool DefaultIsFound => _configuredDefault is null;

    /// <summary>Builds the catalogue of a configuration; asks nobody yet.</summary>
    public static ProviderCatalog Create(
        EdgeConfig config, ProcessEnvironment environment, ProviderHttp http, TimeProvider clock, ILoggerFactory loggers)
    {
        bool replace = string.Equals(config.Models.Mode, "replace", StringComparison.OrdinalIgnoreCase);
        var entries = new ProviderEntries(environment, http, clock, config.Agents.Defaults.MaxConcurrent);
        List<ModelProviderEntry> configured = [];
        foreach ((string id, ModelProviderConfig provider) in config.Models.Providers)
        {
            if (provider.Enabled && entries.Configured(id, provider, discovers: !replace) is { } entry)
            {
                configured.Add(entry);
            }
        }

        List<ModelProviderEntry> places = [];
        if (!replace)
        {
            HashSet<string> taken = [.. config.Models.Providers.Keys, .. configured.Select(entry => entry.BaseUri.Authority)];
            configured.AddRange(ProviderPreset.All
                .Where(preset => preset.Id is not ("google" or "qwen" or "bailian") && !taken.Contains(preset.Id))
                .Select(entries.FromEnvironment).OfType<ModelProviderEntry>());
            places.AddRange(LocalSearch.Places(environment, LocalSearch.InContainer(environment))
                .Where(place => !taken.Contains(place.Id) && !taken.Contains(place.Uri.Authority))
                .Select(place => entries.Found(place.Id, place.Uri)));
        }

        var aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string modelRef, ModelEntryConfig model) in config.Agents.Defaults.Models)
        {
            if (model.Alias is { Length: > 0 } alias)
            {
                aliases[alias] = modelRef;
            }
        }

        return new ProviderCatalog(
            configured, places, config.Agents.Defaults.Model.Primary, aliases, clock, loggers.CreateLogger("OpenClaw.Edge.Providers.ProviderCatalog"));
    }

    /// <summary>A catalogue of given providers; looks for others at the given places only.</summary>
    public static ProviderCatalog Of(
        IReadOnlyList<ModelProviderEntry> entries,
        string? defaultModelRef,
        TimeProvider clock,
        IReadOnlyDictionary<string, string>? aliases = null,
        IReadOnlyList<ModelProviderEntry>? places = null) =>
        new(entries, places ?? [], defaultModelRef, aliases ?? new Dictionary<string, string>(), clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    /// <summary>A catalogue of the demo model alone.</summary>
    public static ProviderCatalog DemoOnly(TimeProvider clock) => Of([], DemoProvider.ModelRef, clock);

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
                if (only is not null && only.Provider != model.Provider)
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
        await LookAsync(TimeSpan.FromSeconds(5), cancellationToken);
        IReadOnlyList<ModelInfo>[] lists = await Task.WhenAll(
            Providers.Select(entry => List(entry).RefreshAsync(force: false, cancellationToken)));
        Compare();
        return [.. lists.SelectMany(list => list)];
    }

    /// <summary>Asks for the models of all providers, or of one. Servers that do not answer keep their last good list.</summary>
    /// <param name="again">Whether those are asked too who have answered lately.</param>
    /// <param name="provider">The one; null for all.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task AskAsync(bool again, string? provider, CancellationToken cancellationToken)
    {
        bool Asked(ModelProviderEntry entry) => provider is null || string.Equals(entry.Id, provider, StringComparison.OrdinalIgnoreCase);

        // Who is named and known is asked alone; else a look does, which asks near servers itself.
        bool alone = provider is not null && Providers.Any(entry => Asked(entry) && (again || !entry.Local));
        if (!alone)
        {
            await LookAsync(again ? TimeSpan.Zero : TimeSpan.FromSeconds(5), cancellationToken);
        }

        await Task.WhenAll(Providers.Where(Asked).Select(entry => List(entry).RefreshAsync(again && (alone || !entry.Local), cancellationToken)));
        Compare();
    }

    /// <summary>What is known of a provider's models, without asking.</summary>
    public IReadOnlyList<ModelInfo> ModelsOf(ModelProviderEntry entry) => List(entry).Last;

    /// <summary>Whether nobody has heard yet what a provider serves.</summary>
    public bool IsPending(ModelProviderEntry entry) => entry.Api != "demo" && List(entry).Reachable is null;

    /// <summary>Why a provider did not list its models when it was asked last; null when it did, or was not asked.</summary>
    public ProviderException? ErrorOf(ModelProviderEntry entry) => List(entry).Error;

    /// <summary>Whether an id is one of a provider that is configured, found, or would be with its key.</summary>
    public bool Knows(string provider) => Find(provider) is not null || ProviderPreset.Find(provider) is not null;

    /// <summary>Whether a provider's server answered last; null when nobody asked. Far servers are not asked in the
    /// background and count as there.</summary>
    public bool? Reachable(ModelProviderEntry entry) => entry.Local && entry.Api != "demo" ? List(entry).Reachable : List(entry).Reachable ?? true;

    private bool NeedsDemo => _configured.Count == 0 && !_found.Any(entry => List(entry).Last.Any(model => !model.Embedding))
        || _configuredDefault?.StartsWith("demo/", StringComparison.Ordinal) == true;

    private ModelInfo? FirstChatModel()
    {
        IEnumerable<ModelInfo> chat = [.. Chat(_configured.Where(entry => entry.Local || entry.Seed.Count > 0)), .. Chat(_found)];
        return chat.FirstOrDefault(model => model.Loaded == true) ?? chat.FirstOrDefault();
    }

    private IEnumerable<ModelInfo> Chat(IEnumerable<ModelProviderEntry> entries) =>
        entries.OrderBy(entry => List(entry).Reachable == false ? 1 : 0)
            .SelectMany(entry => List(entry).Last).Where(model => !model.Embedding);

    // What is known first was there before anybody looked.
    internal void Compare()
    {
        string now = string.Join('\n', Known().Select(model => $"{model.Ref} {model.Name} {model.ContextWindow} {model.Reasoning} {model.Vision} {model.Tools}"));
        if (Interlocked.Exchange(ref _facts, now) is { } before && before != now)
        {
            Changed();
        }
    }

    private IEnumerable<ModelInfo> Known() => Providers.SelectMany(entry => List(entry).Last);

    private ModelProviderEntry? Find(string id)
    {
        bool Is(ModelProviderEntry entry) => string.Equals(entry.Id, id, StringComparison.OrdinalIgnoreCase);
        return _configured.FirstOrDefault(Is) ?? _found.FirstOrDefault(Is)
            ?? (Is(_demo) ? _demo : _places.FirstOrDefault(Is)); // a place that was named is tried, found or not
    }

    private ModelListCache List(ModelProviderEntry entry) =>
        _lists.GetOrAdd(entry.Provider, static (_, state) => new ModelListCache(state.entry.Provider, state.entry.Seed, state.clock), (entry, clock: _clock));
}

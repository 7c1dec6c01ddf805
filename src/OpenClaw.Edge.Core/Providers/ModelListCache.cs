namespace OpenClaw.Edge.Providers;

/// <summary>The last good model list of one provider. One question at a time; a failure keeps the list. Thread-safe.</summary>
internal sealed class ModelListCache(IModelProvider provider, IReadOnlyList<ModelInfo> seed, TimeProvider clock)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryAge = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskBudget = TimeSpan.FromSeconds(5); // guess: /api/show of many models on a small box

    private readonly Lock _gate = new();
    private Task? _asking;
    private long _askedAt;
    private bool _asked;
    private volatile IReadOnlyList<ModelInfo> _last = seed;
    private volatile ProviderException? _error;

    /// <summary>The last good list; what was configured before the first answer. Never blocks.</summary>
    public IReadOnlyList<ModelInfo> Last => _last;

    /// <summary>Why the last question failed; null when it did not.</summary>
    public ProviderException? Error => _error;

    /// <summary>Whether the server answered the last question; null before the first.</summary>
    public bool? Reachable => !Volatile.Read(ref _asked) ? null : _error is null or { Failure: not ProviderFailure.Unreachable };

    /// <summary>Asks again when the list is older than a minute or <paramref name="force"/> says so. Never throws but for
    /// cancellation.</summary>
    public async Task<IReadOnlyList<ModelInfo>> RefreshAsync(bool force, CancellationToken cancellationToken)
    {
        Task asking;
        lock (_gate)
        {
            if (!force && _asked && clock.GetElapsedTime(_askedAt) < (_error is null ? MaxAge : RetryAge))
            {
                return _last;
            }

            // The question outlives the one who asked first; others wait for the same answer.
            asking = _asking is { IsCompleted: false } ? _asking : _asking = AskAsync();
        }

        await asking.WaitAsync(cancellationToken);
        return _last;
    }

    private async Task AskAsync()
    {
        using var deadline = new CancellationTokenSource(AskBudget, clock);
        try
        {
            await Task.Yield();
            _last = await provider.ListModelsAsync(deadline.Token);
            _error = null;
        }
        catch (ProviderException e)
        {
            _error = e;
        }
        catch (OperationCanceledException)
        {
            _error = new ProviderException(
                ProviderFailure.Unreachable, $"{provider.Id} did not list its models within {AskBudget.TotalSeconds} s");
        }

        _askedAt = clock.GetTimestamp();
        Volatile.Write(ref _asked, true);
    }
}

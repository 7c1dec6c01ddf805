using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Providers;

/// <summary>The background: finding servers, and seeing those that were away come back.</summary>
public sealed partial class ModelRouter
{
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(30); // while something is missing
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(5); // while all is well

    private TaskCompletionSource _wake = NewSignal();

    /// <summary>Starts discovery and health checks in the background; once.</summary>
    public void Start()
    {
        if (_watching.IsCompleted && !_stopping.IsCancellationRequested)
        {
            _watching = WatchAsync(_stopping.Token);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                ProviderCatalog catalog = _catalog;
                await catalog.LookAsync(TimeSpan.Zero, cancellationToken);
                BringBack(catalog);
                if (ReferenceEquals(catalog, _catalog))
                {
                    await WaitAsync(IsCalm(catalog) ? Calm : Busy, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    /// <summary>Waits, or until <see cref="Replace"/>.</summary>
    private async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        TaskCompletionSource wake = _wake;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(wake.Task, Task.Delay(time, _clock, either.Token));
        await either.CancelAsync();
        if (wake.Task.IsCompleted)
        {
            _wake = NewSignal();
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool IsCalm(ProviderCatalog catalog) =>
        _cooldowns.Unreachable.Count == 0
        && catalog.DefaultModelRef != DemoProvider.ModelRef
        && catalog.Providers.All(entry => catalog.Reachable(entry) != false);

    /// <summary>Uses models again whose server answers again.</summary>
    private void BringBack(ProviderCatalog catalog)
    {
        foreach (string modelRef in _cooldowns.Unreachable)
        {
            if (catalog.TryResolve(modelRef, out ModelProviderEntry? entry, out _) && entry.Local && catalog.Reachable(entry) == true)
            {
                _cooldowns.Release(modelRef);
                Log.Returned(_logger, modelRef);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1601, LogLevel.Warning, "{Model} failed ({Failure}); trying {Next}.")]
        public static partial void FellOver(ILogger logger, string model, ProviderFailure failure, string next);

        [LoggerMessage(1602, LogLevel.Information, "{Model} answers again and is in use.")]
        public static partial void Returned(ILogger logger, string model);
    }
}

using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Providers;

/// <summary>Looking for servers near us, and at those that are configured.</summary>
public sealed partial class ProviderCatalog
{
    /// <summary>Looks at the usual places and asks near servers for their models, unless that was done within
    /// <paramref name="maxAge"/>. One look at a time; others wait for it. Never throws but for cancellation.</summary>
    public async Task LookAsync(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        Task looking;
        lock (_gate)
        {
            if (_looked && _clock.GetElapsedTime(_lookedAt) < maxAge)
            {
                return;
            }

            looking = _looking is { IsCompleted: false } ? _looking : _looking = LookOnceAsync();
        }

        await looking.WaitAsync(cancellationToken);
    }

    private async Task LookOnceAsync()
    {
        await Task.Yield();
        Task[] near = [.. _configured.Where(entry => entry.Local).Concat(_found).Select(entry => List(entry).RefreshAsync(force: true, CancellationToken.None))];
        ModelProviderEntry?[] found = await Task.WhenAll(
            _places.Where(place => _found.All(entry => entry.Id != place.Id)).Select(FindAsync));
        foreach (ModelProviderEntry? entry in found)
        {
            // The first place of an id wins: this host before the container's host.
            if (entry is not null && _found.All(known => known.Id != entry.Id))
            {
                _found = [.. _found, entry];
                Log.Found(_logger, entry.Id, entry.BaseUri.Authority, List(entry).Last.Count);
            }
        }

        await Task.WhenAll(near);
        _lookedAt = _clock.GetTimestamp();
        _looked = true;
        Compare();
    }

    private async Task<ModelProviderEntry?> FindAsync(ModelProviderEntry place)
    {
        ModelListCache list = List(place);
        try
        {
            using var budget = new CancellationTokenSource(FindBudget, _clock);
            await list.RefreshAsync(force: true, budget.Token);
        }
        catch (OperationCanceledException)
        {
            return null; // a host that swallows packets
        }

        return list.Error is null ? place : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1600, LogLevel.Information, "Found {Provider} at {Address} with {Count} models.")]
        public static partial void Found(ILogger logger, string provider, string address, int count);
    }
}

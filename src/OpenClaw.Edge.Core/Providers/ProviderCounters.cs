using System.Collections.Concurrent;

namespace OpenClaw.Edge.Providers;

/// <summary>The counts of every provider that was called since the start; they outlive a change of the configuration.
/// Thread-safe.</summary>
public sealed class ProviderCounters(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, ProviderCounts> _counts = new(StringComparer.Ordinal);

    /// <summary>Providers that were called, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, ProviderCounts>> All =>
        [.. _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)];

    /// <summary>Starts to measure a call.</summary>
    /// <param name="provider">A provider of the catalogue.</param>
    /// <param name="model">Its model; null when the call does not tell.</param>
    public CallMeter Begin(string provider, string? model) =>
        new(_counts.GetOrAdd(provider, static _ => new ProviderCounts()), provider, model, clock);
}

using System.Collections.Concurrent;
using System.Globalization;

namespace OpenClaw.Edge.Providers;

/// <summary>The counts of every provider that was called since the start; they outlive a change of the configuration.
/// Thread-safe.</summary>
public sealed class ProviderCounters(TimeProvider clock)
{
    private const double LeastTokensPerSecond = 2; // slower than anybody reads
    private const double MostFirstSeconds = 30;

    private readonly ConcurrentDictionary<string, ProviderCounts> _counts = new(StringComparer.Ordinal);

    /// <summary>Providers that were called, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, ProviderCounts>> All =>
        [.. _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)];

    /// <summary>The first provider whose answers came too slowly to work with lately: fewer than two tokens a second, or half a minute and
    /// more before the first; with what to do. Null when none.</summary>
    public string? Slow()
    {
        foreach ((string provider, ProviderCounts counts) in All)
        {
            if (counts.Pace is var (speed, first) && (speed < LeastTokensPerSecond || first > MostFirstSeconds))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Provider {provider} writes {speed:0.0} tokens a second, and begins after {first:0.0} s, on average of the last answers. Choose a smaller model or a smaller window (params.num_ctx), keep it loaded (keep_alive), or switch thinking off.");
            }
        }

        return null;
    }

    /// <summary>Starts to measure a call.</summary>
    /// <param name="provider">A provider of the catalogue.</param>
    /// <param name="model">Its model; null when the call does not tell.</param>
    public CallMeter Begin(string provider, string? model) =>
        new(_counts.GetOrAdd(provider, static _ => new ProviderCounts()), provider, model, clock);
}

using System.Collections.Concurrent;

namespace OpenClaw.Edge.Providers;

/// <summary>Which models to leave alone for a while, and how each did last. 30 s after the first failure, then 1 min, then
/// 5 min; 10 min when the account has run dry; as long as the server says where it says. Thread-safe; bounded by the models that were ever called.</summary>
internal sealed class CooldownBoard(TimeProvider clock)
{
    private const int MaxModels = 1_024;
    private static readonly TimeSpan[] Steps = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];
    private static readonly TimeSpan Unpaid = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Every model that was called, with how it did.</summary>
    public IReadOnlyList<ModelHealth> Health => [.. _entries.Select(pair => pair.Value.ToHealth(pair.Key, clock.GetUtcNow()))];

    /// <summary>Models that are left alone because their server was not there.</summary>
    public IReadOnlyList<string> Unreachable =>
        [.. _entries.Where(pair => pair.Value is { Failure: ProviderFailure.Unreachable } entry && entry.Until > clock.GetUtcNow()).Select(pair => pair.Key)];

    /// <summary>How long a model is still left alone; zero when it is in use.</summary>
    public TimeSpan Remaining(string modelRef)
    {
        if (!_entries.TryGetValue(modelRef, out Entry? entry))
        {
            return TimeSpan.Zero;
        }

        TimeSpan left = entry.Until - clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Whether the server itself asked to be left alone.</summary>
    public bool ServerAsked(string modelRef) =>
        _entries.TryGetValue(modelRef, out Entry? entry) && entry is { Failure: ProviderFailure.RateLimited, Asked: true };

    /// <summary>Records an answer.</summary>
    public void Succeeded(string modelRef)
    {
        if (_entries.Count < MaxModels || _entries.ContainsKey(modelRef))
        {
            _entries[modelRef] = Entry.Good;
        }
    }

    /// <summary>Records a failure and leaves the model alone.</summary>
    public void Failed(string modelRef, ProviderException failure)
    {
        if (_entries.Count >= MaxModels && !_entries.ContainsKey(modelRef))
        {
            return;
        }

        DateTimeOffset now = clock.GetUtcNow();
        _entries.AddOrUpdate(
            modelRef,
            static (_, state) => Entry.After(null, state.failure, state.now),
            static (_, before, state) => Entry.After(before, state.failure, state.now),
            (failure, now));
    }

    /// <summary>Uses a model again: its server is back.</summary>
    public void Release(string modelRef)
    {
        if (_entries.TryGetValue(modelRef, out Entry? entry))
        {
            _entries[modelRef] = entry with { Until = DateTimeOffset.MinValue };
        }
    }

    private sealed record Entry(int Failures, DateTimeOffset Until, ProviderFailure? Failure, bool Asked, string? Error)
    {
        public static Entry Good { get; } = new(0, DateTimeOffset.MinValue, null, false, null);

        public static Entry After(Entry? before, ProviderException failure, DateTimeOffset now)
        {
            int failures = (before?.Failures ?? 0) + 1;
            TimeSpan wait = failure switch
            {
                { Failure: ProviderFailure.RateLimited, RetryAfter: { } asked } => asked,
                { Billing: true } => Unpaid,
                { Failure: ProviderFailure.Unauthorized } => Steps[^1],
                _ => Steps[Math.Min(failures, Steps.Length) - 1],
            };
            return new Entry(failures, now + wait, failure.Failure, failure.RetryAfter is not null, failure.Message);
        }

        public ModelHealth ToHealth(string modelRef, DateTimeOffset now) =>
            new(modelRef, Failure is not ProviderFailure.Unreachable, Error, Until > now ? Until : null);
    }
}

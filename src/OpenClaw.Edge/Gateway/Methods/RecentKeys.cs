namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Idempotency keys of the last five minutes, at most a thousand. Source: docs/protocol.md, limits and timers.
/// Thread-safe.</summary>
internal sealed class RecentKeys(TimeProvider time)
{
    private const int MaxKeys = 1000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long At)> _order = new();

    /// <summary>Notes a key; false when it is known already.</summary>
    public bool TryAdd(string key)
    {
        lock (_gate)
        {
            while (_order.TryPeek(out (string Key, long At) oldest)
                && (_order.Count >= MaxKeys || time.GetElapsedTime(oldest.At) > Lifetime))
            {
                _keys.Remove(_order.Dequeue().Key);
            }

            if (!_keys.Add(key))
            {
                return false;
            }

            _order.Enqueue((key, time.GetTimestamp()));
            return true;
        }
    }
}

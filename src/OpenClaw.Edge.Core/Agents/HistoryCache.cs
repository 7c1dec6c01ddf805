using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Histories of the sessions that talked last, so that a turn reads only what is new. Bounded in bytes; what nobody used for some
/// minutes is let go. Knows nothing of writes: whoever uses a history asks the store whether it is still the one. Thread-safe.</summary>
internal sealed class HistoryCache : IDisposable
{
    /// <summary>Most bytes of all histories: 32 sessions of 500 messages of usual length.</summary>
    public const long MaxBytes = 6 << 20;

    /// <summary>After this long without a turn a history is let go: a person who comes back later can wait the few milliseconds.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, LinkedListNode<Item>> _items = [];
    private readonly LinkedList<Item> _byUse = new();
    private long _bytes;

    /// <summary>Makes an empty cache.</summary>
    public HistoryCache(TimeProvider time)
    {
        _time = time;
        _sweep = time.CreateTimer(
            static state => ((HistoryCache)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes kept now, near enough.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The history of a session; null when none is kept.</summary>
    public KeptHistory? Find(SessionKey key)
    {
        lock (_gate)
        {
            if (!_items.TryGetValue(key, out LinkedListNode<Item>? node))
            {
                return null;
            }

            node.ValueRef.UsedAt = _time.GetTimestamp();
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.History;
        }
    }

    /// <summary>Keeps a history, or not if it alone is too large; the ones used longest ago make room.</summary>
    public void Put(SessionKey key, KeptHistory history)
    {
        lock (_gate)
        {
            if (_items.TryGetValue(key, out LinkedListNode<Item>? before))
            {
                Drop(before);
            }

            if (history.Bytes > MaxBytes)
            {
                return;
            }

            while (_bytes + history.Bytes > MaxBytes)
            {
                Drop(_byUse.Last!);
            }

            if (_byUse.Count == 0)
            {
                _sweep.Change(IdleTime, Timeout.InfiniteTimeSpan);
            }

            _items.Add(key, _byUse.AddFirst(new Item { Key = key, History = history, UsedAt = _time.GetTimestamp() }));
            _bytes += history.Bytes;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _sweep.Dispose();

    private void Sweep()
    {
        lock (_gate)
        {
            while (_byUse.Last is { } oldest && _time.GetElapsedTime(oldest.Value.UsedAt) >= IdleTime)
            {
                Drop(oldest);
            }

            if (_byUse.Count > 0)
            {
                _sweep.Change(IdleTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Drop(LinkedListNode<Item> node)
    {
        _byUse.Remove(node);
        _items.Remove(node.Value.Key);
        _bytes -= node.Value.History.Bytes;
    }

    private struct Item
    {
        public SessionKey Key;
        public KeptHistory History;
        public long UsedAt;
    }
}

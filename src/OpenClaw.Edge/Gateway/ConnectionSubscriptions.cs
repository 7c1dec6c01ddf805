using System.Collections.Frozen;

namespace OpenClaw.Edge.Gateway;

/// <summary>Which session events a connection asked for. Written by its own calls, read by senders; thread-safe.</summary>
internal sealed class ConnectionSubscriptions
{
    /// <summary>Most sessions one connection may name; it can ask for all of them at once instead.</summary>
    public const int MaxKeys = 1000;

    private volatile FrozenSet<string> _keys = FrozenSet<string>.Empty;
    private volatile bool _allSessions;
    private volatile IReadOnlyList<string> _watched = [];

    /// <summary>Whether it called <c>sessions.subscribe</c>.</summary>
    public bool AllSessions => _allSessions;

    /// <summary>Sessions that its user looks at, for presence.</summary>
    public IReadOnlyList<string> Watched
    {
        get => _watched;
        set => _watched = value;
    }

    /// <summary>Subscribes to every session.</summary>
    public void AddAll() => _allSessions = true;

    /// <summary>Whether it asked for any session by name.</summary>
    public bool AnyByName => _keys.Count > 0;

    /// <summary>Whether it asked for this session by name.</summary>
    public bool Has(string key) => _keys.Count > 0 && _keys.Contains(key);

    /// <summary>Whether it asked for this session, by name or with all.</summary>
    public bool Wants(string key) => _allSessions || Has(key);

    /// <summary>Subscribes to one session; false when there are too many.</summary>
    public bool TryAdd(string key)
    {
        if (_keys.Count >= MaxKeys)
        {
            return false;
        }

        _keys = _keys.Append(key).ToFrozenSet(StringComparer.Ordinal);
        return true;
    }

    /// <summary>Ends the subscription to one session.</summary>
    public void Remove(string key) =>
        _keys = _keys.Where(kept => kept != key).ToFrozenSet(StringComparer.Ordinal);
}

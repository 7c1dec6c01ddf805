using System.Collections.Frozen;

namespace OpenClaw.Edge.Gateway;

/// <summary>Which session events a connection asked for. Written by its own calls, read by senders; thread-safe.</summary>
internal sealed class ConnectionSubscriptions
{
    /// <summary>Most sessions one connection may name; it can ask for all of them at once instead.</summary>
    public const int MaxKeys = 1000;

    private volatile FrozenSet<string> _keys = FrozenSet<string>.Empty;
    private volatile FrozenSet<string> _approvals = FrozenSet<string>.Empty;
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

    /// <summary>Whether it asked for what waits for approval in any session.</summary>
    public bool AnyApprovals => _approvals.Count > 0;

    /// <summary>Whether it asked for this session and for what waits for approval there.</summary>
    public bool WantsApprovals(string key) => _approvals.Count > 0 && _approvals.Contains(key);

    /// <summary>Subscribes to one session; false when there are too many.</summary>
    /// <param name="key">The session.</param>
    /// <param name="approvals">Whether to what waits for approval there, too.</param>
    public bool TryAdd(string key, bool approvals = false)
    {
        if (_keys.Count >= MaxKeys)
        {
            return false;
        }

        _keys = With(_keys, key, true);
        _approvals = With(_approvals, key, approvals);
        return true;
    }

    /// <summary>Ends the subscription to one session.</summary>
    public void Remove(string key)
    {
        _keys = With(_keys, key, false);
        _approvals = With(_approvals, key, false);
    }

    private static FrozenSet<string> With(FrozenSet<string> keys, string key, bool there) =>
        keys.Contains(key) == there ? keys : (there ? keys.Append(key) : keys.Where(kept => kept != key)).ToFrozenSet(StringComparer.Ordinal);
}

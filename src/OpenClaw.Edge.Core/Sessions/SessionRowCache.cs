namespace OpenClaw.Edge.Sessions;

/// <summary>The rows that were used last. Thread-safe. The writer's loop puts rows in the order of their commits; a reader's row is only
/// taken when no commit came in between.</summary>
internal sealed class SessionRowCache
{
    // guess: more sessions than a household has open at once; about 1 KB each.
    private const int Capacity = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, LinkedListNode<SessionRow>> _rows = [];
    private readonly LinkedList<SessionRow> _byUse = new();
    private long _version;

    /// <summary>Commits seen so far.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    /// <summary>The row, if it is kept here.</summary>
    public SessionRow? Find(SessionKey key)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue(key, out LinkedListNode<SessionRow>? node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value;
        }
    }

    /// <summary>Keeps a row that was committed just now.</summary>
    public void PutCommitted(SessionRow row)
    {
        lock (_gate)
        {
            _version++;
            Put(row);
        }
    }

    /// <summary>Keeps a row that was read, unless something was committed since <paramref name="version"/>.</summary>
    public void PutRead(SessionRow row, long version)
    {
        lock (_gate)
        {
            if (_version == version)
            {
                Put(row);
            }
        }
    }

    /// <summary>Forgets a session that was deleted just now.</summary>
    public void Remove(SessionKey key)
    {
        lock (_gate)
        {
            _version++;
            if (_rows.Remove(key, out LinkedListNode<SessionRow>? node))
            {
                _byUse.Remove(node);
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _version++;
            _rows.Clear();
            _byUse.Clear();
        }
    }

    private void Put(SessionRow row)
    {
        if (_rows.Remove(row.Key, out LinkedListNode<SessionRow>? old))
        {
            _byUse.Remove(old);
        }

        _rows.Add(row.Key, _byUse.AddFirst(row));
        if (_rows.Count > Capacity && _byUse.Last is LinkedListNode<SessionRow> last)
        {
            _byUse.RemoveLast();
            _rows.Remove(last.Value.Key);
        }
    }
}

using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>Which sessions were made beside, or by, which: the member <c>parentSessionKey</c> of their rows the other way round. Read from the
/// database when first asked, kept true by every committed row. Thread-safe.</summary>
internal sealed class SessionFamily(Func<IReadOnlyList<SessionRow>> readAll)
{
    private readonly Lock _gate = new();
    private Dictionary<SessionKey, List<SessionKey>>? _children;

    /// <summary>The children, oldest first.</summary>
    /// <param name="parent">Whose.</param>
    /// <param name="most">Most of them; the newest stay.</param>
    public IReadOnlyList<SessionKey> Of(SessionKey parent, int most)
    {
        lock (_gate)
        {
            if (_children is null)
            {
                _children = [];
                foreach (SessionRow row in readAll())
                {
                    Put(row);
                }
            }

            return _children.TryGetValue(parent, out List<SessionKey>? children) ? [.. children.TakeLast(most)] : [];
        }
    }

    /// <summary>A row was written.</summary>
    public void Note(SessionRow row)
    {
        if (row.Extra is null)
        {
            return;
        }

        lock (_gate)
        {
            Put(row);
        }
    }

    /// <summary>A session is gone.</summary>
    public void Forget(SessionKey key)
    {
        lock (_gate)
        {
            if (_children is not null)
            {
                foreach (List<SessionKey> children in _children.Values)
                {
                    children.Remove(key);
                }
            }
        }
    }

    private void Put(SessionRow row)
    {
        if (_children is null
            || row.Extra is not { ValueKind: JsonValueKind.Object } extra
            || !extra.TryGetProperty("parentSessionKey", out JsonElement name)
            || !SessionKey.TryParse(name.GetString(), row.AgentId, out SessionKey parent)
            || parent == row.Key)
        {
            return;
        }

        List<SessionKey> children = _children.TryGetValue(parent, out List<SessionKey>? known) ? known : _children[parent] = [];
        if (!children.Contains(row.Key))
        {
            children.Add(row.Key);
        }
    }
}

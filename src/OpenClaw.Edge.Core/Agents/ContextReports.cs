using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>The last report of each of the sessions that spoke lately. In memory: a report is about the last prompt that was sent from here.
/// Thread-safe.</summary>
internal sealed class ContextReports
{
    private const int Most = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, ContextReport> _reports = [];
    private readonly Queue<SessionKey> _order = new();

    /// <summary>Takes the place of the session's last one.</summary>
    public void Put(SessionKey key, ContextReport report)
    {
        lock (_gate)
        {
            if (!_reports.ContainsKey(key))
            {
                _order.Enqueue(key);
                if (_order.Count > Most)
                {
                    _reports.Remove(_order.Dequeue());
                }
            }

            _reports[key] = report;
        }
    }

    /// <summary>The session's last one; null when it has none.</summary>
    public ContextReport? Find(SessionKey key)
    {
        lock (_gate)
        {
            return _reports.GetValueOrDefault(key);
        }
    }
}

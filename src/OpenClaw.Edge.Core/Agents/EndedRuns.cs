namespace OpenClaw.Edge.Agents;

/// <summary>Runs that ended lately, so that a repeated request gets the same answer: five minutes, at most 1,000, as the
/// original keeps them. Not thread-safe.</summary>
internal sealed class EndedRuns(TimeProvider time)
{
    private const int Capacity = 1000;
    private static readonly TimeSpan s_keep = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Run> _byId = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long At)> _order = new();

    /// <summary>Remembers a run.</summary>
    public void Add(Run run)
    {
        if (_byId.TryAdd(run.Id, run))
        {
            _order.Enqueue((run.Id, time.GetTimestamp()));
        }

        Trim();
    }

    /// <summary>Finds a run; null when it is unknown or too old.</summary>
    public Run? Find(string id)
    {
        Trim();
        return _byId.GetValueOrDefault(id);
    }

    private void Trim()
    {
        while (_order.TryPeek(out (string Id, long At) oldest)
            && (_order.Count > Capacity || time.GetElapsedTime(oldest.At) > s_keep))
        {
            _byId.Remove(_order.Dequeue().Id);
        }
    }
}

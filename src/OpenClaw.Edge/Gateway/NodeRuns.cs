namespace OpenClaw.Edge.Gateway;

/// <summary>Which <c>system.run</c> each node was asked for: it may tell sessions about those and no others. Thread-safe.</summary>
internal sealed class NodeRuns(TimeProvider time)
{
    private const int MaxRuns = 1024; // guess: of all nodes together
    private const long GraceMs = 60_000; // guess: a node tells a little after its command's end

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _runs = new(StringComparer.Ordinal);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A node was asked to run something for a session.</summary>
    public void Add(GatewayConnection node, string runId, string sessionKey, TimeSpan timeout)
    {
        lock (_gate)
        {
            long now = NowMs;
            if (_runs.Count >= MaxRuns)
            {
                foreach (string gone in _runs.Where(run => run.Value < now).Select(run => run.Key).ToArray())
                {
                    _runs.Remove(gone);
                }
            }

            if (_runs.Count < MaxRuns)
            {
                _runs[KeyOf(node, runId, sessionKey)] = now + (long)timeout.TotalMilliseconds + GraceMs;
            }
        }
    }

    /// <summary>Whether the node may tell the session about this run now; the last word ends it.</summary>
    public bool Take(GatewayConnection node, string runId, string sessionKey, bool last)
    {
        string key = KeyOf(node, runId, sessionKey);
        lock (_gate)
        {
            if (!_runs.TryGetValue(key, out long expires) || expires < NowMs)
            {
                return false;
            }

            if (last)
            {
                _runs.Remove(key);
            }

            return true;
        }
    }

    private static string KeyOf(GatewayConnection node, string runId, string sessionKey) => $"{node.Id}\n{runId}\n{sessionKey}";
}

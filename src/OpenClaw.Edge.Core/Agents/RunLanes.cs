using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Agents;

/// <summary>The queues for a turn's place, by name, as in the original: <c>main</c> for what people and hooks ask
/// (<c>agents.defaults.maxConcurrent</c>), <c>cron</c> for jobs (<c>cron.maxConcurrentRuns</c>), <c>subagent</c> and <c>active-memory</c>
/// (<c>agents.defaults.subagents.maxConcurrent</c>), one turn at a time in any other that a caller names. A queue that is not there
/// in the configuration lives while it is used. Thread-safe.</summary>
internal sealed class RunLanes(Func<EdgeConfig> config)
{
    private const int MaxNamed = 256; // more names at once share the last one's place: a caller makes them up

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunLaneUse> _named = new(StringComparer.Ordinal);

    /// <summary>The queue that a turn waits in.</summary>
    public static string Of(RunRequest request) => request.Lane?.Trim() is { Length: > 0 } named ? named
        : request.Source == "cron" ? "cron"
        : SubagentDesk.IsSubagent(request.SessionKey) ? "subagent"
        : "main";

    /// <summary>How many turns of a queue run at once.</summary>
    public static int Capacity(EdgeConfig config, string lane) => Math.Max(1, lane switch
    {
        "main" => config.Agents.Defaults.MaxConcurrent ?? AgentDefaultsConfig.DefaultMaxConcurrent,
        "cron" => config.Cron.MaxConcurrentRuns,
        "subagent" or "active-memory" => SubagentDesk.Concurrent(config),
        _ => 1,
    });

    /// <summary>Takes the queue into use; <see cref="Leave"/> gives it back.</summary>
    public RunSlots Enter(RunRequest request)
    {
        lock (_gate)
        {
            RunLaneUse use = Use(Of(request));
            use.Users++;
            return use.Slots;
        }
    }

    /// <summary>Ends one use of the queue.</summary>
    public void Leave(RunSlots slots)
    {
        lock (_gate)
        {
            foreach (KeyValuePair<string, RunLaneUse> named in _named)
            {
                if (named.Value.Slots == slots)
                {
                    if (--named.Value.Users == 0)
                    {
                        _named.Remove(named.Key);
                    }

                    return;
                }
            }
        }
    }

    private RunLaneUse Use(string lane)
    {
        string name = _named.Count >= MaxNamed && !_named.ContainsKey(lane) ? "other" : lane;
        if (!_named.TryGetValue(name, out RunLaneUse? use))
        {
            use = new RunLaneUse(new RunSlots(() => Capacity(config(), name)));
            _named.Add(name, use);
        }

        return use;
    }
}

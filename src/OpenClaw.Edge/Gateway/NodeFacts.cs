using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>What nodes say about themselves, and what waits for an app of theirs to come to the front. In memory: a node says it again
/// within a minute. Thread-safe.</summary>
internal sealed class NodeFacts(TimeProvider time)
{
    private const int MaxNodes = 1024; // as there: of presence keys
    private const int MaxActions = 64; // as there, of one node
    private const long ActionLifeMs = 600_000; // as there
    private const long SignEveryMs = 60_000; // as there

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Facts> _byNode = new(StringComparer.Ordinal);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Keeps the newest figures of a node's machine; null when they are no such figures.</summary>
    /// <returns>What readers are told.</returns>
    public JsonElement? SetHostStats(string nodeId, JsonElement stats)
    {
        if (!IsHostStats(stats))
        {
            return null;
        }

        byte[] told = Protocol.Gateway.FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            foreach (JsonProperty member in stats.EnumerateObject())
            {
                member.WriteTo(json);
            }

            json.WriteNumber("updatedAtMs"u8, NowMs);
            json.WriteEndObject();
        });
        using JsonDocument document = JsonDocument.Parse(told);
        JsonElement kept = document.RootElement.Clone();
        lock (_gate)
        {
            Of(nodeId).HostStats = kept;
        }

        return kept;
    }

    /// <summary>Notes when somebody last used the node's machine.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="idleSeconds">How long nobody has.</param>
    /// <param name="app">Whether its app says so, not the system.</param>
    /// <param name="saturated">Whether it may be longer ago: an earlier, better figure stays.</param>
    /// <returns>When it was used, and when it said so; epoch milliseconds.</returns>
    public (long ActiveMs, long ToldMs) Used(string nodeId, long idleSeconds, bool app, bool saturated)
    {
        long now = NowMs;
        long active = Math.Max(0, now - (idleSeconds * 1000));
        lock (_gate)
        {
            Facts facts = Of(nodeId);
            if (facts.ActiveMs is not { } before || facts.ByApp != app)
            {
                facts.ActiveMs = active;
            }
            else if (!saturated)
            {
                facts.ActiveMs = Math.Max(before, active);
            }

            (facts.ByApp, facts.ToldMs) = (app, now);
            return (facts.ActiveMs.Value, now);
        }
    }

    /// <summary>Forgets when the node was used; false when that is not known.</summary>
    public bool Unused(string nodeId)
    {
        lock (_gate)
        {
            if (!_byNode.TryGetValue(nodeId, out Facts? facts) || facts.ToldMs is null)
            {
                return false;
            }

            (facts.ActiveMs, facts.ToldMs) = (null, null);
            return true;
        }
    }

    /// <summary>Notes whether the node's desktop is locked; null when nobody says so any more. False when that is known already.</summary>
    public bool SetDesktop(string nodeId, string? state)
    {
        lock (_gate)
        {
            if (state is null && !_byNode.ContainsKey(nodeId))
            {
                return false;
            }

            Facts facts = Of(nodeId);
            bool changed = facts.Desktop != state;
            facts.Desktop = state;
            return changed;
        }
    }

    /// <summary>Whether a sign of life is the first of a minute, as there: more of them are not written down.</summary>
    public bool IsFirstSign(string nodeId)
    {
        lock (_gate)
        {
            Facts facts = Of(nodeId);
            long now = NowMs;
            bool first = facts.SignMs is not { } before || now - before >= SignEveryMs;
            facts.SignMs = first ? now : facts.SignMs;
            return first;
        }
    }

    /// <summary>Writes what is known of a node into its row.</summary>
    public void Write(Utf8JsonWriter json, string nodeId)
    {
        lock (_gate)
        {
            if (!_byNode.TryGetValue(nodeId, out Facts? facts))
            {
                return;
            }

            if (facts.HostStats is { } stats)
            {
                json.WritePropertyName("hostStats"u8);
                stats.WriteTo(json);
            }

            if (facts.Desktop is { } desktop)
            {
                json.WriteStartObject("desktopAvailability"u8);
                json.WriteString("state"u8, desktop);
                json.WriteEndObject();
            }

            PairingJson.WriteOptional(json, "lastActiveAtMs", facts.ActiveMs);
            PairingJson.WriteOptional(json, "presenceUpdatedAtMs", facts.ToldMs);
        }
    }

    /// <summary>The node that was used last; null when none said so.</summary>
    public string? ActiveNode()
    {
        lock (_gate)
        {
            (string? id, long active, long told) = (null, -1, -1);
            foreach ((string nodeId, Facts facts) in _byNode)
            {
                if (facts.ActiveMs is { } at && (at > active || (at == active && facts.ToldMs > told)))
                {
                    (id, active, told) = (nodeId, at, facts.ToldMs!.Value);
                }
            }

            return id;
        }
    }

    /// <summary>Keeps a command until the node's app is in front; one with the same key waits once.</summary>
    /// <returns>Id of what waits.</returns>
    public string Queue(string nodeId, string command, string? paramsJson, string key)
    {
        lock (_gate)
        {
            List<NodeAction> queue = Fresh(nodeId);
            if (queue.Find(action => action.Key == key) is { } waiting)
            {
                return waiting.Id;
            }

            var added = new NodeAction(Guid.NewGuid().ToString(), command, paramsJson, key, NowMs);
            queue.Add(added);
            if (queue.Count > MaxActions)
            {
                queue.RemoveAt(0);
            }

            return added.Id;
        }
    }

    /// <summary>What waits for the node's app, the oldest first.</summary>
    public NodeAction[] Waiting(string nodeId)
    {
        lock (_gate)
        {
            return _byNode.ContainsKey(nodeId) ? Fresh(nodeId).ToArray() : [];
        }
    }

    /// <summary>Takes out what the app has done.</summary>
    /// <returns>How many still wait.</returns>
    public int Done(string nodeId, HashSet<string> ids)
    {
        lock (_gate)
        {
            if (!_byNode.ContainsKey(nodeId))
            {
                return 0;
            }

            List<NodeAction> queue = Fresh(nodeId);
            queue.RemoveAll(action => ids.Contains(action.Id));
            return queue.Count;
        }
    }

    /// <summary>Forgets a node that is paired no longer.</summary>
    public void Forget(string nodeId)
    {
        lock (_gate)
        {
            _byNode.Remove(nodeId);
        }
    }

    // cpuCount and both sizes of memory must be there; a disk has both sizes or none, and nothing is freer than it is large.
    private static bool IsHostStats(JsonElement stats)
    {
        long? cpus = null, memory = null, free = null, disk = null, available = null;
        foreach (JsonProperty member in stats.EnumerateObject())
        {
            if (member.NameEquals("loadAverage"u8))
            {
                if (member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() != 3
                    || member.Value.EnumerateArray().Any(load => load.ValueKind != JsonValueKind.Number || load.GetDouble() is < 0 or > 100_000))
                {
                    return false;
                }

                continue;
            }

            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt64(out long number) || number < 0)
            {
                return false;
            }

            switch (member.Name)
            {
                case "cpuCount": cpus = number; break;
                case "memoryTotalBytes": memory = number; break;
                case "memoryFreeBytes": free = number; break;
                case "diskTotalBytes": disk = number; break;
                case "diskAvailableBytes": available = number; break;
                default: return false;
            }
        }

        return cpus is >= 1 and <= 4096 && free <= memory && (disk is null ? available is null : available <= disk);
    }

    private Facts Of(string nodeId)
    {
        if (!_byNode.TryGetValue(nodeId, out Facts? facts))
        {
            if (_byNode.Count >= MaxNodes)
            {
                _byNode.Remove(_byNode.Keys.First());
            }

            facts = _byNode[nodeId] = new Facts();
        }

        return facts;
    }

    private List<NodeAction> Fresh(string nodeId)
    {
        List<NodeAction> queue = Of(nodeId).Actions;
        long oldest = NowMs - ActionLifeMs;
        queue.RemoveAll(action => action.AtMs < oldest);
        return queue;
    }

    private sealed class Facts
    {
        public JsonElement? HostStats { get; set; }

        public string? Desktop { get; set; }

        public long? ActiveMs { get; set; }

        public long? ToldMs { get; set; }

        public bool ByApp { get; set; }

        public long? SignMs { get; set; }

        public List<NodeAction> Actions { get; } = [];
    }
}

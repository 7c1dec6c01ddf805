using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>What operators want of nodes that sleep: each kind once a node, for a day. In memory, as at the original; a node that
/// drains gets a request for its status when nothing else waits. Thread-safe.</summary>
internal sealed class NodeWishes(TimeProvider time)
{
    /// <summary>Id of the wish that needs no operator.</summary>
    public const string BaselineId = "baseline-status";

    private const string StatusType = "status.request";
    private const int DefaultItems = 4;
    private const int MaxItems = 10;
    private const long DefaultLifeMs = 86_400_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue> _byNode = new(StringComparer.Ordinal);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Adds a wish, unless one of its kind waits already.</summary>
    /// <returns>The revision of the node's queue, and the wish that waits now.</returns>
    public (long Revision, NodeWish Wish) Add(string nodeId, string type, string? priority, long? lifeMs)
    {
        lock (_gate)
        {
            Queue queue = Fresh(nodeId) ?? (_byNode[nodeId] = new Queue());
            if (queue.Wishes.Find(wish => wish.Type == type) is { } waiting)
            {
                return (queue.Revision, waiting);
            }

            long now = NowMs;
            var added = new NodeWish(Guid.NewGuid().ToString(), type, priority ?? "normal", now, now + (lifeMs ?? DefaultLifeMs));
            queue.Wishes.Add(added);
            queue.Revision++;
            return (queue.Revision, added);
        }
    }

    /// <summary>Takes wishes out of a node's queue, the most urgent first.</summary>
    /// <returns>The revision after it, what was taken, and whether more waits.</returns>
    public (long Revision, IReadOnlyList<NodeWish> Wishes, bool More) Drain(string nodeId, int? most)
    {
        lock (_gate)
        {
            Queue? queue = Fresh(nodeId);
            int limit = Math.Clamp(most ?? DefaultItems, 1, MaxItems);
            NodeWish[] waiting = [.. (queue?.Wishes ?? []).OrderByDescending(wish => wish.Rank).ThenBy(wish => wish.CreatedAtMs)];
            List<NodeWish> taken = [.. waiting.Take(limit)];
            bool baseline = !waiting.Any(wish => wish.Type == StatusType);
            bool more = waiting.Length > taken.Count || (baseline && taken.Count == limit);
            if (queue is not null && taken.Count > 0)
            {
                queue.Wishes.RemoveAll(taken.Contains);
                queue.Revision++;
            }

            if (baseline && taken.Count < limit)
            {
                taken.Add(new NodeWish(BaselineId, StatusType, "default", NowMs, null));
            }

            if (queue is { Wishes.Count: 0 })
            {
                _byNode.Remove(nodeId); // the next wish begins at revision 1, as there
            }

            return (queue?.Revision ?? 0, taken, more);
        }
    }

    /// <summary>Forgets what was wanted of a node that is paired no longer.</summary>
    public void Forget(string nodeId)
    {
        lock (_gate)
        {
            _byNode.Remove(nodeId);
        }
    }

    /// <summary>Writes a wish as an object.</summary>
    public static void Write(Utf8JsonWriter json, NodeWish wish)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, wish.Id);
        json.WriteString("type"u8, wish.Type);
        json.WriteString("priority"u8, wish.Priority);
        json.WriteNumber("createdAtMs"u8, wish.CreatedAtMs);
        if (wish.ExpiresAtMs is { } expires)
        {
            json.WriteNumber("expiresAtMs"u8, expires);
        }
        else
        {
            json.WriteNull("expiresAtMs"u8); // an explicit null of the wire
        }

        json.WriteEndObject();
    }

    private Queue? Fresh(string nodeId)
    {
        if (!_byNode.TryGetValue(nodeId, out Queue? queue))
        {
            return null;
        }

        long now = NowMs;
        if (queue.Wishes.RemoveAll(wish => wish.ExpiresAtMs <= now) > 0)
        {
            queue.Revision++;
        }

        return queue;
    }

    private sealed class Queue
    {
        public List<NodeWish> Wishes { get; } = [];

        public long Revision { get; set; }
    }
}

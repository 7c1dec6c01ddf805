using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Devices that asked for more scopes over an open connection and wait to hear what an owner says. What was asked for itself is
/// in <see cref="DevicePairing"/>; this only wakes who waits. Thread-safe.</summary>
internal sealed class ScopeUpgrades(TimeProvider time)
{
    private const int MaxEntries = 2 * DevicePairing.MaxPending;

    // The original's: who lost its connection in that moment can still ask how it ended.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Notes that a device waits; false when another one has that request, or too many wait.</summary>
    public bool Add(string requestId, string deviceId, DateTimeOffset expires)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            foreach (string old in _entries.Where(pair => pair.Value.Expires + s_grace < now).Select(pair => pair.Key).ToArray())
            {
                _entries.Remove(old);
            }

            if (_entries.TryGetValue(requestId, out Entry? known))
            {
                known.Expires = expires;
                return known.DeviceId == deviceId;
            }

            return _entries.Count < MaxEntries && _entries.TryAdd(requestId, new Entry(deviceId) { Expires = expires });
        }
    }

    /// <summary>A request was <c>approved</c> or <c>rejected</c>.</summary>
    public void Resolve(string requestId, string decision)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(requestId, out Entry? entry))
            {
                entry.Decision.TrySetResult(decision);
            }
        }
    }

    /// <summary>Waits for what becomes of a request: <c>approved</c>, <c>rejected</c>, <c>expired</c>; null when this device has no such request.</summary>
    public async Task<string?> WaitAsync(string requestId, string deviceId, CancellationToken cancellationToken)
    {
        Entry? entry;
        TimeSpan left;
        lock (_gate)
        {
            if (!_entries.TryGetValue(requestId, out entry) || entry.DeviceId != deviceId)
            {
                return null;
            }

            left = entry.Expires - time.GetUtcNow();
        }

        try
        {
            return left <= TimeSpan.Zero && !entry.Decision.Task.IsCompleted
                ? "expired"
                : await entry.Decision.Task.WaitAsync(left <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : left, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return "expired";
        }
    }

    private sealed class Entry(string deviceId)
    {
        public string DeviceId => deviceId;

        public DateTimeOffset Expires { get; set; }

        public TaskCompletionSource<string> Decision { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

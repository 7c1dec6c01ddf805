namespace OpenClaw.Edge.Gateway;

/// <summary>Bytes that wait for all peers together, so that many slow ones cannot fill the memory. Thread-safe.</summary>
internal sealed class OutboundBudget(long maxBytes)
{
    private long _waiting;

    /// <summary>Bytes of memory that wait now. Events count once for each peer although peers share them; news of a run's text hardly
    /// count, which is in memory anyway.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether the total is over its limit.</summary>
    public bool Exceeded => Waiting > maxBytes;

    /// <summary>Whether the total is over twice its limit: then even a peer that reads is cut once it holds more than its share.</summary>
    public bool Overrun => Waiting > 2 * maxBytes;

    /// <summary>An eighth of the memory this process may use, at most 256 MiB.</summary>
    public static OutboundBudget OfThisHost() =>
        new(Math.Min(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8));

    /// <summary>Counts bytes in (or out, negative).</summary>
    public void Add(long bytes) => Interlocked.Add(ref _waiting, bytes);
}

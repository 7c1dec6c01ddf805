namespace OpenClaw.Edge.Http;

/// <summary>Counts requests in the last 60 seconds, exactly: it keeps the time of each that it let through, so a caller
/// can never fit two bursts around the turn of a minute. Holds at most as many entries as the limit. Thread-safe.</summary>
internal sealed class MinuteWindow(TimeProvider clock)
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly Queue<long> _taken = new();

    /// <summary>Takes one place of <paramref name="limit"/>.</summary>
    /// <param name="limit">Requests per minute, from 1.</param>
    /// <param name="remaining">Places left after this request.</param>
    /// <param name="wait">How long until the next place is free; zero when there is one.</param>
    public bool TryTake(int limit, out int remaining, out TimeSpan wait)
    {
        lock (_taken)
        {
            long now = clock.GetTimestamp();
            Forget(now);
            bool free = _taken.Count < limit;
            if (free)
            {
                _taken.Enqueue(now);
            }

            remaining = Math.Max(0, limit - _taken.Count);
            wait = remaining > 0 ? TimeSpan.Zero : Length - clock.GetElapsedTime(_taken.Peek(), now);
            return free;
        }
    }

    /// <summary>Gives back the place that was taken last, because another limit refused the request.</summary>
    public void GiveBack()
    {
        lock (_taken)
        {
            // The newest entry leaves by turning the queue once; it happens on refused requests only.
            for (int count = _taken.Count; count > 1; count--)
            {
                _taken.Enqueue(_taken.Dequeue());
            }

            _taken.TryDequeue(out _);
        }
    }

    /// <summary>Whether nothing was counted in the last minute.</summary>
    public bool IsIdle()
    {
        lock (_taken)
        {
            Forget(clock.GetTimestamp());
            return _taken.Count == 0;
        }
    }

    private void Forget(long now)
    {
        while (_taken.TryPeek(out long oldest) && clock.GetElapsedTime(oldest, now) >= Length)
        {
            _taken.Dequeue();
        }
    }
}

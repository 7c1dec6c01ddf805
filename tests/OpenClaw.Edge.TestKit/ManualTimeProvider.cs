namespace OpenClaw.Edge.TestKit;

/// <summary>A clock that moves only when the test says so; timers fire inside <see cref="Advance(TimeSpan)"/>, in the order they fall due. Thread-safe.</summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> armed = [];
    private DateTimeOffset now;
    private long nextOrder;
    private TaskCompletionSource timersChanged = NewSignal();

    /// <summary>Starts the clock at 2026-01-01T00:00:00Z.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Starts the clock at <paramref name="start"/>.</summary>
    public ManualTimeProvider(DateTimeOffset start) => now = start;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait to fire.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (gate)
            {
                return armed.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock by whole milliseconds; see <see cref="Advance(TimeSpan)"/>.</summary>
    public void Advance(int milliseconds) => Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Moves the clock forward, stopping at every timer that falls due on the way and running its callback on this thread.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset target;
        lock (gate)
        {
            target = now + by;
        }

        while (TakeDue(target) is { } due)
        {
            due.Fire();
        }

        lock (gate)
        {
            now = target > now ? target : now;
        }
    }

    /// <summary>Completes once at least <paramref name="count"/> timers are armed: the moment from which <see cref="Advance(TimeSpan)"/> will wake the code under test. Fails after 5 s.</summary>
    public async Task WaitForTimersAsync(int count = 1)
    {
        while (true)
        {
            Task changed;
            lock (gate)
            {
                if (armed.Count >= count)
                {
                    return;
                }

                changed = timersChanged.Task;
            }

            await Guard.Within(changed, $"{count} armed timers");
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(DateTimeOffset target)
    {
        lock (gate)
        {
            ManualTimer? first = null;
            foreach (ManualTimer timer in armed)
            {
                if (timer.Due <= target && (first is null || timer.Due < first.Due || (timer.Due == first.Due && timer.Order < first.Order)))
                {
                    first = timer;
                }
            }

            if (first is null)
            {
                return null;
            }

            now = first.Due > now ? first.Due : now;
            if (first.Period > TimeSpan.Zero)
            {
                first.Due += first.Period;
                first.Order = nextOrder++;
            }
            else
            {
                armed.Remove(first);
            }

            return first;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        TaskCompletionSource changed;
        lock (gate)
        {
            armed.Remove(timer);
            if (dueTime >= TimeSpan.Zero)
            {
                timer.Due = now + dueTime;
                timer.Period = period > TimeSpan.Zero ? period : TimeSpan.Zero;
                timer.Order = nextOrder++;
                armed.Add(timer);
            }

            changed = timersChanged;
            timersChanged = NewSignal();
        }

        changed.TrySetResult();
        if (dueTime == TimeSpan.Zero && TakeDue(GetUtcNow(), timer))
        {
            timer.Fire();
        }
    }

    private bool TakeDue(DateTimeOffset at, ManualTimer timer)
    {
        lock (gate)
        {
            if (timer.Due > at || !armed.Contains(timer))
            {
                return false;
            }

            if (timer.Period > TimeSpan.Zero)
            {
                timer.Due += timer.Period;
            }
            else
            {
                armed.Remove(timer);
            }

            return true;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private volatile bool disposed;

        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Order { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (disposed)
            {
                return false;
            }

            clock.Arm(this, dueTime, period);
            return true;
        }

        public void Dispose()
        {
            disposed = true;
            clock.Arm(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        public void Fire()
        {
            if (!disposed)
            {
                callback(state);
            }
        }
    }
}

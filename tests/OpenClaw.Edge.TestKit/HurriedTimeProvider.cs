namespace OpenClaw.Edge.TestKit;

/// <summary>The machine's clock, so many times faster: what gives up after a minute and a half does so after seconds, with real
/// peers on the other side. Thread-safe.</summary>
/// <param name="times">How many times faster.</param>
public sealed class HurriedTimeProvider(int times) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + ((System.GetUtcNow() - _start) * times);

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Sooner(dueTime), Sooner(period));

    private TimeSpan Sooner(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? span : span / times;
}

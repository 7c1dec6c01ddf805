using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Gateway;

/// <summary>When the gateway starts itself anew: wishes of methods, of a changed configuration and of SIGUSR2 share one restart, which waits
/// for work that runs, for a pause after the one before, and does not happen where it could not end well. Thread-safe.</summary>
public sealed partial class RestartDesk : IDisposable
{
    /// <summary>Restarts in an hour; what wants one more is broken. guess</summary>
    public const int MostInAnHour = 10;

    // The original's four.
    private const long DefaultDelayMs = 2_000;
    private const long LongestDelayMs = 60_000;
    private const long CooldownMs = 30_000;
    private const long DeferralMs = 300_000;

    private const long LookAgainMs = 250;
    private const long HourMs = 3_600_000;

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<long> _past;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _due = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _able;
    private bool _pending;
    private bool _skips;
    private bool _told;
    private string _reason = "";
    private long _dueMs;

    /// <summary>Creates one; nothing happens before <see cref="AllowAsync"/>.</summary>
    /// <param name="past">When this gateway started itself anew before, in epoch milliseconds, oldest first.</param>
    /// <param name="clock">Clock.</param>
    /// <param name="logger">For what is waited for, and for what is not done.</param>
    public RestartDesk(IReadOnlyList<long> past, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_past, _clock, _logger) = (past, clock, logger);
        _timer = clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How much work runs that is waited for.</summary>
    public Func<int> Busy { get; set; } = static () => 0;

    /// <summary>Gets ready, right before; says why it would not end well, else null.</summary>
    public Func<string?> Obstacle { get; set; } = static () => null;

    /// <summary>Told why a restart does not happen.</summary>
    public Action<string> Refused { get; set; } = static _ => { };

    /// <summary>Whether this process can start anew; false in one that the gateway shares with others.</summary>
    public bool IsAble => _able;

    /// <summary>Why the last one was asked for.</summary>
    public string Reason => _reason;

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Says that this process can start anew. The task completes when it is to do so.</summary>
    public Task AllowAsync()
    {
        _able = true;
        return _due.Task;
    }

    /// <summary>The times to leave to the next one, the time now among them.</summary>
    public IReadOnlyList<long> Times()
    {
        List<long> times = [.. _past, NowMs];
        times.RemoveRange(0, Math.Max(0, times.Count - MostInAnHour));
        return times;
    }

    /// <summary>Asks for a restart; null where none can be.</summary>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="delayMs">How long to wait first; null for two seconds, a minute at most.</param>
    /// <param name="skipsWork">Whether work that runs is not waited for.</param>
    public RestartTicket? Ask(string reason, long? delayMs, bool skipsWork = false)
    {
        lock (_gate)
        {
            if (!_able)
            {
                return null;
            }

            long now = NowMs;
            long pause = _past.Count == 0 ? 0 : Math.Clamp(_past[^1] + CooldownMs - now, 0, CooldownMs);
            long due = now + Math.Clamp(delayMs ?? DefaultDelayMs, 0, LongestDelayMs) + pause;
            bool shares = _due.Task.IsCompleted || (_pending && due >= _dueMs && (!skipsWork || _skips));
            if (!shares)
            {
                (_pending, _told, _reason, _dueMs) = (true, false, reason, _pending ? Math.Min(due, _dueMs) : due);
                _skips |= skipsWork;
                _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, _dueMs - now)), Timeout.InfiniteTimeSpan);
                Log.Asked(_logger, reason, _dueMs - now);
            }

            return new RestartTicket
            {
                Reason = reason,
                DelayMs = _due.Task.IsCompleted ? 0 : Math.Max(0, _dueMs - now),
                CooldownMs = pause,
                Coalesced = shares,
            };
        }
    }

    /// <summary>Takes a wish back, whose reason has gone.</summary>
    public void Withdraw(string reasonStart)
    {
        lock (_gate)
        {
            _pending &= !_reason.StartsWith(reasonStart, StringComparison.Ordinal);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            if (!_pending || _due.Task.IsCompleted)
            {
                return;
            }

            long now = NowMs;
            int busy = _skips ? 0 : Busy();
            if (now < _dueMs || (busy > 0 && now < _dueMs + DeferralMs))
            {
                if (now >= _dueMs && !_told)
                {
                    _told = true;
                    Log.Waits(_logger, _reason, busy);
                }

                _timer.Change(TimeSpan.FromMilliseconds(Math.Max(LookAgainMs, _dueMs - now)), Timeout.InfiniteTimeSpan);
                return;
            }

            _pending = false;
            if ((_past.Count(at => at > now - HourMs) >= MostInAnHour
                ? $"it did so {MostInAnHour} times within the hour" : Obstacle()) is not { } obstacle)
            {
                _due.TrySetResult();
                return;
            }

            Log.Refused(_logger, _reason, obstacle);
            Refused(obstacle);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2140, LogLevel.Information, "The gateway will start itself anew in {DelayMs} ms: {Reason}.")]
        public static partial void Asked(ILogger logger, string reason, long delayMs);

        [LoggerMessage(2141, LogLevel.Information, "The restart ({Reason}) waits for {Count} running turn(s) and job(s), five minutes at most.")]
        public static partial void Waits(ILogger logger, string reason, int count);

        [LoggerMessage(2142, LogLevel.Warning, "The gateway does not start itself anew ({Reason}): {Obstacle}.")]
        public static partial void Refused(ILogger logger, string reason, string obstacle);
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Platform.DBus;

namespace OpenClaw.Edge.Hosting;

/// <summary>Has shutdown and sleep wait while turns run, takes no new ones once either has begun, and looks at the network again after sleep. Nothing
/// is connected, and no library loaded, before the first turn. One loop over one bounded channel.</summary>
internal sealed partial class PowerCare : IAsyncDisposable
{
    // A shutdown that did not come and was not taken back either.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(60);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Func<IReadOnlyList<Run>> _active;
    private readonly Action _awake;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogindHold _hold;
    private readonly IDisposable _listening;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private long _leavingAt;

    /// <summary>Starts to listen for turns.</summary>
    /// <param name="address">Bus address.</param>
    /// <param name="events">Where turns tell that they begin.</param>
    /// <param name="active">The turns that run.</param>
    /// <param name="awake">Told when the machine has slept.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public PowerCare(string address, RunEventHub events, Func<IReadOnlyList<Run>> active, Action awake, TimeProvider time, ILogger logger)
    {
        _active = active;
        _awake = awake;
        _time = time;
        _logger = logger;
        _hold = new LogindHold(address, OnPower, time, logger);
        _listening = events.Listen(happened =>
        {
            if (happened is RunStartedEvent)
            {
                _changes.Writer.TryWrite(true);
            }
        });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Whether the machine is about to go down or to sleep, so that nothing new should begin.</summary>
    public bool IsLeaving => Interlocked.Read(ref _leavingAt) is not 0 and var since && _time.GetElapsedTime(since) < LongestFarewell;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _listening.Dispose();
        _changes.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _loop;
        await _hold.DisposeAsync();
        _stopping.Dispose();
    }

    private void OnPower(PowerChange change)
    {
        bool leaving = change is PowerChange.ShuttingDown or PowerChange.FallingAsleep;
        Interlocked.Exchange(ref _leavingAt, leaving ? Math.Max(1, _time.GetTimestamp()) : 0);
        Log.Power(_logger, change);
        if (change == PowerChange.AwakeAgain)
        {
            _awake();
        }
    }

    private async Task RunAsync()
    {
        while (await _changes.Reader.WaitToReadAsync())
        {
            _changes.Reader.TryRead(out _);
            Task[] running = Running();
            if (running.Length == 0)
            {
                continue;
            }

            await _hold.HoldAsync(_stopping.Token);
            for (; running.Length > 0; running = Running())
            {
                await Task.WhenAny(Task.WhenAll(running), Task.Delay(Timeout.InfiniteTimeSpan, _time, _stopping.Token));
                if (_stopping.IsCancellationRequested)
                {
                    break;
                }
            }

            _hold.Release();
        }
    }

    private Task[] Running() => [.. _active().Select(run => (Task)run.Completion).Where(end => !end.IsCompleted)];

    private static partial class Log
    {
        [LoggerMessage(2025, LogLevel.Information, "The machine: {Change}.")]
        public static partial void Power(ILogger logger, PowerChange change);
    }
}

using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Asks logind to wait with shutdown and sleep while something is being stored, and hears when either begins. Connects when first held;
/// where there is no bus, or logind refuses, that is said once and nothing is tried for ten minutes. Not for two callers at once.
/// Source: org.freedesktop.login1(5), inhibitor locks.</summary>
public sealed partial class LogindHold : IAsyncDisposable
{
    private const string Login = "org.freedesktop.login1";
    private const string LoginPath = "/org/freedesktop/login1";
    private const string Manager = "org.freedesktop.login1.Manager";

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMinutes(10);

    private readonly string _address;
    private readonly Action<PowerChange> _onChange;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private SystemBus? _bus;
    private SafeHandle? _shutdown;
    private SafeHandle? _sleep;
    private long _failedAt;
    private bool _told;

    /// <summary>Makes a hold that has not connected yet.</summary>
    /// <param name="address">Bus address.</param>
    /// <param name="onChange">Hears what the machine does; must not block.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">For the one word about an absent bus.</param>
    public LogindHold(string address, Action<PowerChange> onChange, TimeProvider time, ILogger logger)
    {
        _address = address;
        _onChange = onChange;
        _time = time;
        _logger = logger;
    }

    /// <summary>Whether shutdown and sleep wait for us now.</summary>
    public bool IsHeld => _sleep is not null;

    /// <summary>Makes shutdown and sleep wait. Never throws.</summary>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        if (IsHeld || (_failedAt != 0 && _time.GetElapsedTime(_failedAt) < BetweenTries))
        {
            return;
        }

        try
        {
            if (_bus is null || _bus.Ended.IsCompleted)
            {
                await ConnectAsync(cancellationToken);
            }

            // One lock each: both in one call are refused to an account without privileges (seen with systemd 252).
            _shutdown = await InhibitAsync(_bus!, "shutdown");
            _sleep = await InhibitAsync(_bus!, "sleep");
            _failedAt = 0;
        }
        catch (OperationCanceledException)
        {
            // we end first
        }
        catch (Exception absent) when (absent is BusException or ObjectDisposedException)
        {
            _failedAt = Math.Max(1, _time.GetTimestamp());
            Release();
            if (_bus is not null)
            {
                await _bus.DisposeAsync();
                _bus = null;
            }

            if (!_told)
            {
                _told = true;
                Log.Absent(_logger, absent.Message);
            }
        }
    }

    /// <summary>Lets shutdown and sleep go on.</summary>
    public void Release()
    {
        _shutdown?.Dispose();
        _sleep?.Dispose();
        _shutdown = _sleep = null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Release();
        if (_bus is not null)
        {
            await _bus.DisposeAsync();
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_bus is not null)
        {
            await _bus.DisposeAsync();
            _bus = null;
        }

        _bus = await SystemBus.ConnectAsync(_address, Hear, cancellationToken);
        await _bus.ListenAsync($"type='signal',sender='{Login}',path='{LoginPath}',interface='{Manager}',member='PrepareForShutdown'");
        await _bus.ListenAsync($"type='signal',sender='{Login}',path='{LoginPath}',interface='{Manager}',member='PrepareForSleep'");
    }

    private static Task<SafeHandle> InhibitAsync(SystemBus bus, string what) => bus.CallAsync(
        Login,
        LoginPath,
        Manager,
        "Inhibit",
        message =>
        {
            message.Text(what);
            message.Text("OpenClaw");
            message.Text("A turn is being stored");
            message.Text("delay");
        },
        static message => message.ReadDescriptor());

    private void Hear(BusSignal signal)
    {
        PowerChange? change = (signal.Member, signal.Number) switch
        {
            ("PrepareForShutdown", 1) => PowerChange.ShuttingDown,
            ("PrepareForShutdown", 0) => PowerChange.ShutdownCancelled,
            ("PrepareForSleep", 1) => PowerChange.FallingAsleep,
            ("PrepareForSleep", 0) => PowerChange.AwakeAgain,
            _ => null,
        };
        if (change is { } known)
        {
            _onChange(known);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1330, LogLevel.Information, "Shutdown and sleep do not wait for running turns: {Reason}.")]
        public static partial void Absent(ILogger logger, string reason);
    }
}

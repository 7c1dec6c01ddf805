using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Platform;

/// <summary>Tells systemd how the service is (sd_notify), and pets its watchdog. Does nothing where there is no systemd. Thread-safe.
/// Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html</summary>
public sealed partial class SystemdNotifier : IAsyncDisposable
{
    /// <summary>What systemd calls the listeners that it keeps for the next process.</summary>
    internal const string KeptName = "openclaw-listener";

    // systemd reads at once; a full queue means that it is in trouble, and then our start must not wait for it.
    private const int SendTimeoutMs = 1000;

    private readonly Socket? _socket;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watchdog = Task.CompletedTask;

    private SystemdNotifier(Socket? socket, TimeSpan? watchdogInterval, ILogger logger)
    {
        _socket = socket;
        _logger = logger;
        WatchdogInterval = watchdogInterval;
    }

    /// <summary>Whether systemd listens.</summary>
    public bool Active => _socket is not null;

    /// <summary>How often the watchdog wants to hear from this process (half of what the unit allows); null when it does not watch it.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Connects to <c>NOTIFY_SOCKET</c>.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="processId">This process, compared with <c>WATCHDOG_PID</c>.</param>
    /// <param name="logger">For a socket that cannot be reached.</param>
    public static SystemdNotifier Connect(Func<string, string?> variable, int processId, ILogger logger)
    {
        string? path = variable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path))
        {
            return new SystemdNotifier(null, null, logger);
        }

        Socket? socket = null;
        try
        {
            // "@name" is a socket in the abstract namespace: its first byte is zero.
            string address = path[0] == '@' ? string.Concat("\0", path.AsSpan(1)) : path;
            socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendTimeoutMs };
            socket.Connect(new UnixDomainSocketEndPoint(address));
            SystemdNotifier connected = new(socket, IntervalOf(variable, processId), logger);
            socket = null;
            return connected;
        }
        catch (Exception cause) when (cause is SocketException or ArgumentException)
        {
            Log.Unreachable(logger, path, cause.Message);
            return new SystemdNotifier(null, null, logger);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>The service is up; <paramref name="status"/> is what <c>systemctl status</c> shows.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>The configuration is being read again; <see cref="Ready"/> ends it.</summary>
    /// <param name="monotonic">Monotonic clock: <see cref="TimeProvider.GetElapsedTime(long)"/> since zero.</param>
    public void Reloading(TimeSpan monotonic) => Send(string.Create(
        CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={(long)monotonic.TotalMicroseconds}"));

    /// <summary>The service shuts down.</summary>
    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={OneLine(status)}");

    /// <summary>What <c>systemctl status</c> shows.</summary>
    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>Leaves copies of these listeners with systemd until the service is stopped for good: whoever calls while it restarts
    /// waits for the next process, which finds them in <see cref="InheritedListeners"/>. A unit without
    /// <c>FileDescriptorStoreMax=</c> keeps none.</summary>
    /// <returns>Whether copies were sent.</returns>
    public bool Keep(IReadOnlyList<Socket> listeners)
    {
        if (_socket is null || listeners.Count == 0)
        {
            return false;
        }

        bool sent = ControlMessage.SendDescriptors(_socket, Encoding.UTF8.GetBytes($"FDSTORE=1\nFDNAME={KeptName}"), listeners);
        if (!sent)
        {
            Log.NotKept(_logger);
        }

        return sent;
    }

    /// <summary>Asks systemd for more time to start or stop.</summary>
    public void ExtendTimeout(TimeSpan by) => Send(string.Create(
        CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)by.TotalMicroseconds}"));

    /// <summary>Starts telling the watchdog that the process works, as long as <paramref name="trouble"/> names none; when it does,
    /// systemd restarts the service. To be called once.</summary>
    /// <param name="time">Clock of the timer.</param>
    /// <param name="trouble">What does not work, or null. Gets how long a loop may be silent: what the unit allows in all, so that
    /// a card that takes half a minute for one write is not taken for a loop that hangs. Must be quick and must not throw; runs on the
    /// thread pool, so a pool that is stuck is noticed too.</param>
    public void StartWatchdog(TimeProvider time, Func<TimeSpan, string?> trouble)
    {
        if (Active && WatchdogInterval is TimeSpan interval)
        {
            _watchdog = WatchAsync(time, interval, trouble);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watchdog;
        _stopping.Dispose();
        _socket?.Dispose();
    }

    private static TimeSpan? IntervalOf(Func<string, string?> variable, int processId)
    {
        if (!long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long micros) || micros <= 0)
        {
            return null;
        }

        string? owner = variable("WATCHDOG_PID");
        bool ours = string.IsNullOrEmpty(owner) || owner == processId.ToString(CultureInfo.InvariantCulture);
        return ours ? TimeSpan.FromMicroseconds(micros / 2.0) : null;
    }

    // A line break would start another assignment.
    private static string OneLine(string status) => status.ReplaceLineEndings(" ");

    private async Task WatchAsync(TimeProvider time, TimeSpan interval, Func<TimeSpan, string?> trouble)
    {
        using PeriodicTimer timer = new(interval, time);
        try
        {
            do
            {
                if (trouble(interval * 2) is not { } what)
                {
                    Send("WATCHDOG=1");
                }
                else
                {
                    Log.Unhealthy(_logger, what);
                    Status($"Not working: {what}");
                }
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Send(string state)
    {
        if (_socket is null)
        {
            return;
        }

        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException cause)
        {
            Log.NotSent(_logger, cause.Message);
        }
        catch (ObjectDisposedException)
        {
            // The process is going anyway.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Warning, "systemd's socket {Path} cannot be reached ({Reason}): systemctl will not know whether the gateway is ready.")]
        public static partial void Unreachable(ILogger logger, string path, string reason);

        [LoggerMessage(1302, LogLevel.Warning, "systemd was not told ({Reason}).")]
        public static partial void NotSent(ILogger logger, string reason);

        [LoggerMessage(1304, LogLevel.Warning, "systemd did not take the listeners: during a restart callers will be refused.")]
        public static partial void NotKept(ILogger logger);

        [LoggerMessage(1303, LogLevel.Error, "The gateway does not work: {What}. The watchdog is not told, and systemd will restart the service.")]
        public static partial void Unhealthy(ILogger logger, string what);
    }
}

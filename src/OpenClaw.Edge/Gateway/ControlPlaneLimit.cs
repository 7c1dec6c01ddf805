using System.Globalization;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>How often a caller may change the gateway itself: 30 calls of a method in a minute. A caller is a device and an
/// address. Thread-safe. Source: docs/protocol.md, limits and timers.</summary>
internal sealed class ControlPlaneLimit(TimeProvider time)
{
    private const int MaxCalls = 30;
    private const int MaxCallers = 1000;
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Method, string Caller), (long Started, int Calls)> _windows = [];

    /// <summary>Counts a call; the error when it is one too many.</summary>
    public GatewayError? Count(string method, GatewayConnection connection)
    {
        string caller = $"{connection.Grant?.DeviceId} {connection.Peer.Client}";
        TimeSpan left;
        lock (_gate)
        {
            if (_windows.Count >= MaxCallers)
            {
                DropOld();
            }

            if (!_windows.TryGetValue((method, caller), out (long Started, int Calls) window)
                || time.GetElapsedTime(window.Started) >= s_window)
            {
                window = (time.GetTimestamp(), 0);
            }

            _windows[(method, caller)] = window with { Calls = Math.Min(window.Calls + 1, MaxCalls + 1) };
            if (window.Calls < MaxCalls)
            {
                return null;
            }

            left = s_window - time.GetElapsedTime(window.Started);
        }

        int afterMs = Math.Max(1, (int)Math.Ceiling(left.TotalMilliseconds));
        string seconds = Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return GatewayError.Unavailable($"rate limit exceeded for {method}; retry after {seconds}s", afterMs) with
        {
            Details = json =>
            {
                json.WriteString("method"u8, method);
                json.WriteString("limit"u8, "30 per 60s"u8);
            },
        };
    }

    // Windows that are over say nothing; when none is, a flood of addresses must not fill the memory.
    private void DropOld()
    {
        foreach ((string, string) key in _windows.Where(entry => time.GetElapsedTime(entry.Value.Started) >= s_window).Select(entry => entry.Key).ToArray())
        {
            _windows.Remove(key);
        }

        if (_windows.Count >= MaxCallers)
        {
            _windows.Clear();
        }
    }
}

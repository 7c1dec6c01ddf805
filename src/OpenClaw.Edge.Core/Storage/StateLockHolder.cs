using System.Globalization;

namespace OpenClaw.Edge.Storage;

/// <summary>Who holds a state directory.</summary>
/// <param name="StateDir">The directory.</param>
/// <param name="ProcessId">The holder; null when the lock file cannot be read.</param>
/// <param name="StartedAtMs">When it took the lock, epoch milliseconds.</param>
public sealed record StateLockHolder(string StateDir, int? ProcessId, long? StartedAtMs)
{
    /// <summary>For a person: who has it, and what to do.</summary>
    public string Message
    {
        get
        {
            string who = ProcessId is int pid ? string.Create(CultureInfo.InvariantCulture, $"process {pid}") : "another process";
            string since = StartedAtMs is long ms
                ? string.Create(CultureInfo.InvariantCulture, $" since {DateTimeOffset.FromUnixTimeMilliseconds(ms):yyyy-MM-dd HH:mm:ss} UTC")
                : "";
            string stop = ProcessId is int id
                ? string.Create(CultureInfo.InvariantCulture, $"Stop it (kill {id}, or systemctl stop openclaw)")
                : "Stop it (systemctl stop openclaw)";
            return $"A gateway already runs on {StateDir}: {who}{since}. {stop}, or start this one with another --profile.";
        }
    }
}

using System.Net;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Counts failed credentials by kind and address: too many lock the address out; loopback is only slowed.
/// Holds at most <see cref="MaxAddresses"/> addresses; the one that failed longest ago makes room. Thread-safe.</summary>
public sealed class AuthRateLimiter(TimeProvider time)
{
    /// <summary>Most addresses remembered at once.</summary>
    public const int MaxAddresses = 4096; // about 0.5 MB

    // Source: docs/protocol.md, limits and timers (loopback: 250 ms * 2^n, at most 5 s).
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(CredentialKind Kind, IPAddress Address), Entry> _entries = [];

    /// <summary>How long the address is still locked out; zero when it may try.</summary>
    public TimeSpan LockedFor(CredentialKind kind, IPAddress address, bool exempt)
    {
        if (exempt)
        {
            return TimeSpan.Zero;
        }

        lock (_gate)
        {
            if (!_entries.TryGetValue((kind, address), out Entry? entry))
            {
                return TimeSpan.Zero;
            }

            TimeSpan left = entry.LockedUntil - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Counts a failure; returns how long to wait before answering (zero unless exempt from lockout).</summary>
    public TimeSpan Fail(CredentialKind kind, IPAddress address, bool exempt, AuthRateLimitConfig limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_entries.TryGetValue((kind, address), out Entry? entry))
            {
                MakeRoom(now, limits);
                entry = new Entry();
                _entries[(kind, address)] = entry;
            }

            if (now - entry.WindowStart > TimeSpan.FromMilliseconds(limits.WindowMs))
            {
                entry.WindowStart = now;
                entry.Failures = 0;
            }

            entry.Failures++;
            entry.LastFailure = now;
            if (exempt)
            {
                double factor = Math.Pow(2, Math.Min(entry.Failures - 1, 10));
                TimeSpan delay = FirstDelay * factor;
                return delay < LongestDelay ? delay : LongestDelay;
            }

            if (entry.Failures >= Math.Max(1, limits.MaxAttempts))
            {
                entry.LockedUntil = now + TimeSpan.FromMilliseconds(limits.LockoutMs);
                entry.Failures = 0;
            }

            return TimeSpan.Zero;
        }
    }

    /// <summary>Forgets the failures of an address that has shown the right credential.</summary>
    public void Succeed(CredentialKind kind, IPAddress address)
    {
        lock (_gate)
        {
            _entries.Remove((kind, address));
        }
    }

    private void MakeRoom(DateTimeOffset now, AuthRateLimitConfig limits)
    {
        if (_entries.Count < MaxAddresses)
        {
            return;
        }

        TimeSpan window = TimeSpan.FromMilliseconds(limits.WindowMs);
        (CredentialKind, IPAddress)? oldest = null;
        DateTimeOffset oldestFailure = DateTimeOffset.MaxValue;
        foreach (KeyValuePair<(CredentialKind Kind, IPAddress Address), Entry> pair in _entries)
        {
            if (pair.Value.LockedUntil <= now && now - pair.Value.LastFailure > window)
            {
                _entries.Remove(pair.Key); // allowed while enumerating since .NET Core 3.0
            }
            else if (pair.Value.LastFailure < oldestFailure)
            {
                oldestFailure = pair.Value.LastFailure;
                oldest = pair.Key;
            }
        }

        if (_entries.Count >= MaxAddresses && oldest is { } key)
        {
            _entries.Remove(key);
        }
    }

    private sealed class Entry
    {
        public DateTimeOffset WindowStart { get; set; }

        public int Failures { get; set; }

        public DateTimeOffset LastFailure { get; set; }

        public DateTimeOffset LockedUntil { get; set; }
    }
}

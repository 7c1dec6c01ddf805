using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace OpenClaw.Edge.Security;

/// <summary>The six digits that let one browser in: they hold for ten minutes, for one use, and for few wrong tries. At most one code
/// is open; it lives in memory only. Thread-safe.</summary>
public sealed class BrowserCode(TimeProvider time)
{
    /// <summary>How long a code holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Wrong tries of one address after which it is not listened to until there is another code.</summary>
    public const int MaxTriesOfOne = 5;

    /// <summary>Wrong tries of all together that end a code: a guesser's chance is 15 in a million a code.</summary>
    public const int MaxTries = 15;

    // Codes that strangers guessed to death make strangers wait longer for the next: 10 min, 20, 40, … a day.
    private const int MaxDoublings = 7;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _tries = []; // as many as there were wrong tries
    private string? _digits;
    private long _madeAt;
    private int _wrong;
    private int _spoiled;

    /// <summary>Makes a code for somebody who may; an open one ends.</summary>
    public string Issue()
    {
        lock (_gate)
        {
            _spoiled = 0;
            return Make();
        }
    }

    /// <summary>Makes a code because a stranger asked, for a person to read elsewhere.</summary>
    /// <returns>The code; null while the last one holds, or would.</returns>
    public string? IssueForStranger()
    {
        lock (_gate)
        {
            TimeSpan wait = Lifetime * (1 << Math.Min(_spoiled, MaxDoublings));
            bool tooSoon = _madeAt != 0 && time.GetElapsedTime(_madeAt) < wait && (_digits is not null || _wrong > 0);
            return tooSoon ? null : Make();
        }
    }

    /// <summary>Whether a code is open, and for how long.</summary>
    public TimeSpan? Left
    {
        get
        {
            lock (_gate)
            {
                return IsOpen() ? Lifetime - time.GetElapsedTime(_madeAt) : null;
            }
        }
    }

    /// <summary>Judges what somebody typed; blanks and hyphens do not count. Right only once. Takes the same time for every wrong one.</summary>
    public BrowserCodeOutcome Redeem(string typed, IPAddress peer)
    {
        ArgumentNullException.ThrowIfNull(typed);
        ArgumentNullException.ThrowIfNull(peer);
        string digits = string.Concat(typed.Where(letter => letter is not (' ' or '-')));
        IPAddress network = NetworkOf(peer);
        lock (_gate)
        {
            bool open = IsOpen();
            if (open && _tries.GetValueOrDefault(network) >= MaxTriesOfOne)
            {
                return BrowserCodeOutcome.Locked;
            }

            if (FixedTimeSecret.AreEqual(digits, _digits ?? "no code is open") & open)
            {
                _digits = null;
                _wrong = 0;
                _spoiled = 0;
                return BrowserCodeOutcome.Accepted;
            }

            if (open)
            {
                _tries[network] = _tries.GetValueOrDefault(network) + 1;
                if (++_wrong >= MaxTries)
                {
                    _digits = null;
                    _spoiled++;
                }
            }

            return BrowserCodeOutcome.Wrong;
        }
    }

    private bool IsOpen() => _digits is not null && time.GetElapsedTime(_madeAt) < Lifetime;

    private string Make()
    {
        _digits = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        _madeAt = Math.Max(1, time.GetTimestamp());
        _wrong = 0;
        _tries.Clear();
        return _digits;
    }

    // One host has a whole /64 of IPv6 addresses to try from.
    private static IPAddress NetworkOf(IPAddress peer)
    {
        IPAddress plain = PeerAddress.Normalize(peer);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain;
        }

        byte[] bytes = plain.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}

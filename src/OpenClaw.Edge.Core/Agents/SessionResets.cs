using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>When a session starts over by itself, by <c>session.reset</c>, <c>resetByType</c> and <c>resetByChannel</c>.
/// Source: the original's <c>resolveSessionResetPolicy</c>.</summary>
internal static class SessionResets
{
    private const int DefaultHour = 4; // the original's

    /// <summary>The end of the session's conversation as of now; null when it has none.</summary>
    /// <param name="config">The section.</param>
    /// <param name="key">The session.</param>
    /// <param name="channel">Where the message came by, such as <c>webchat</c>; the key's own channel wins.</param>
    /// <param name="time">Clock and zone of the machine.</param>
    public static SessionExpiry? Of(SessionConfig config, SessionKey key, string channel, TimeProvider time)
    {
        SessionResetConfig? general = config.Reset;
        SessionResetConfig? special = null;
        if (config.ResetByChannel.TryGetValue(ChannelOf(key) ?? channel, out SessionResetConfig? own))
        {
            general = own;
        }
        else
        {
            config.ResetByType.TryGetValue(TypeOf(key), out special);
        }

        if (general is null && special is null)
        {
            return null;
        }

        string mode = special?.Mode ?? (special is not null && general?.Mode == "none" ? "daily" : general?.Mode ?? "daily");
        if (mode == "none")
        {
            return null;
        }

        int idle = special?.IdleMinutes ?? general?.IdleMinutes ?? 0;
        int hour = special?.AtHour ?? general?.AtHour ?? DefaultHour;
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new SessionExpiry
        {
            StartedBeforeMs = mode == "daily" ? LastHour(hour, time) : null,
            QuietSinceMs = idle > 0 ? now - (idle * 60_000L) : null,
        };
    }

    /// <summary><c>thread</c>, <c>group</c> or <c>direct</c>, by the key.</summary>
    internal static string TypeOf(SessionKey key) =>
        key.Rest.Contains(":thread:", StringComparison.Ordinal) || key.Rest.Contains(":topic:", StringComparison.Ordinal) ? "thread"
        : key.Rest.Contains(":group:", StringComparison.Ordinal) || key.Rest.Contains(":channel:", StringComparison.Ordinal) ? "group"
        : "direct";

    /// <summary>The channel of a conversation with somebody outside, by its key; null when it is none.</summary>
    internal static string? ChannelOf(SessionKey key)
    {
        string[] parts = key.Rest.Split(':', 4);
        int kind = Array.FindIndex(parts, 1, part => part is "direct" or "dm" or "group" or "channel");
        return kind > 0 ? parts[0] : null;
    }

    // The last time that the hour struck; where a change of the clock skips it, the moment that stands for it.
    private static long LastHour(int hour, TimeProvider time)
    {
        DateTimeOffset now = time.GetLocalNow();
        DateTime struck = now.Date.AddHours(hour);
        DateTimeOffset today = new(struck, time.LocalTimeZone.GetUtcOffset(struck));
        if (now < today)
        {
            struck = struck.AddDays(-1);
            today = new DateTimeOffset(struck, time.LocalTimeZone.GetUtcOffset(struck));
        }

        return today.ToUnixTimeMilliseconds();
    }
}

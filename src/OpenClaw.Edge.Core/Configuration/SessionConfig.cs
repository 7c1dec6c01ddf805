namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>session</c> section.</summary>
public sealed record SessionConfig
{
    /// <summary><c>per-sender</c> or <c>global</c>.</summary>
    public string Scope { get; init; } = "per-sender";

    /// <summary><c>main</c>, <c>per-peer</c>, <c>per-channel-peer</c> or <c>per-account-channel-peer</c>.</summary>
    public string DmScope { get; init; } = "main";

    /// <summary>Name of the main session.</summary>
    public string MainKey { get; init; } = "main";

    /// <summary>Minutes without a message after which a session starts anew; <see langword="null"/> means never.</summary>
    public int? IdleMinutes { get; init; }

    /// <summary>Local hour (0-23) at which sessions start anew; <see langword="null"/> means never.</summary>
    public int? DailyResetHour { get; init; }

    /// <summary>Messages that start a session anew.</summary>
    public IReadOnlyList<string> ResetTriggers { get; init; } = ["/new", "/reset"];

    /// <summary>Days after which an untouched session is pruned; <see langword="null"/> means never.</summary>
    public int? PruneAfterDays { get; init; }

    /// <summary>Most sessions kept.</summary>
    public int MaxEntries { get; init; } = 500;
}

namespace OpenClaw.Edge.Configuration;

/// <summary><c>session.maintenance</c>: what becomes of sessions that nobody uses. Null lengths and sizes mean never.</summary>
public sealed class SessionMaintenanceConfig
{
    /// <summary>Whether it is only said what would be done.</summary>
    public bool WarnOnly { get; init; }

    /// <summary>After how long without use a session is archived, or removed when it is the gateway's own.</summary>
    public TimeSpan? PruneAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The same for sessions that the web page made.</summary>
    public TimeSpan? ArchiveDashboardAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Sessions that are not archived, at most.</summary>
    public int MaxEntries { get; init; } = 5000;

    /// <summary>Sessions of people that were used within it are left alone.</summary>
    public TimeSpan? PreserveRecent { get; init; }

    /// <summary>After how long the transcript before a reset is removed.</summary>
    public TimeSpan? ResetArchiveRetention { get; init; }

    /// <summary>Size of the database from which old transcripts go.</summary>
    public long? MaxDiskBytes { get; init; } = 10L << 30;

    /// <summary>Size that is aimed at then; null for 80 % of <see cref="MaxDiskBytes"/>.</summary>
    public long? HighWaterBytes { get; init; }
}

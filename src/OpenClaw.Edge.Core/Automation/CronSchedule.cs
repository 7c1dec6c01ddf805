namespace OpenClaw.Edge.Automation;

/// <summary>When a job runs. Source: docs/protocol.md, cron.</summary>
public sealed record CronSchedule
{
    /// <summary>Kind of a job that runs once.</summary>
    public const string AtKind = "at";

    /// <summary>Kind of a job that runs in a fixed rhythm.</summary>
    public const string EveryKind = "every";

    /// <summary>Kind of a job with a cron expression.</summary>
    public const string CronKind = "cron";

    /// <summary><see cref="AtKind"/>, <see cref="EveryKind"/> or <see cref="CronKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>ISO 8601 instant, for <see cref="AtKind"/>.</summary>
    public string? At { get; init; }

    /// <summary>Rhythm in milliseconds, for <see cref="EveryKind"/>.</summary>
    public long? EveryMs { get; init; }

    /// <summary>Epoch milliseconds from which the rhythm counts.</summary>
    public long? AnchorMs { get; init; }

    /// <summary>Five to seven fields, for <see cref="CronKind"/>.</summary>
    public string? Expr { get; init; }

    /// <summary>IANA zone of the expression; null means the zone of this machine.</summary>
    public string? Tz { get; init; }

    /// <summary>Window in milliseconds over which jobs of the same time are spread; null or zero means exact.</summary>
    public long? StaggerMs { get; init; }
}

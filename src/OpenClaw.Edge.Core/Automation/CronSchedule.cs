using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>Kind of a job that runs once when a command ends.</summary>
    public const string OnExitKind = "on-exit";

    /// <summary>Kind of a job that runs for the lines that a command prints.</summary>
    public const string StreamKind = "stream";

    /// <summary>One of the kinds.</summary>
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

    /// <summary>A line for the shell (<see cref="OnExitKind"/>), or a program and its arguments (<see cref="StreamKind"/>).</summary>
    public JsonElement? Command { get; init; }

    /// <summary>Folder that the command starts in; null means the agent's workspace.</summary>
    public string? Cwd { get; init; }

    /// <summary><c>line</c> or <c>match</c>, for <see cref="StreamKind"/>; null means <c>line</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Expression that a line has to match.</summary>
    public string? Match { get; init; }

    /// <summary>Milliseconds of quiet that close a batch of lines; null means 250.</summary>
    public int? BatchMs { get; init; }

    /// <summary>Bytes that close it; null means 16384.</summary>
    public int? MaxBatchBytes { get; init; }

    /// <summary>Whether time has no say: a command of the gateway says when.</summary>
    [JsonIgnore]
    public bool IsWatch => Kind is OnExitKind or StreamKind;

    /// <summary>Whether both mean the same. Records compare JSON by its place, not by its text.</summary>
    public bool Means(CronSchedule other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Command = null } == other with { Command = null }
            && (Command is { } mine ? other.Command is { } theirs && JsonElement.DeepEquals(mine, theirs) : other.Command is null);
    }
}

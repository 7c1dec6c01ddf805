using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenClaw.Edge.Automation;

/// <summary>Works out when a job runs next. Pure.</summary>
internal static class CronTimetable
{
    /// <summary>Window over which jobs at the top of an hour are spread, unless they ask for something else.</summary>
    public const long TopOfHourStaggerMs = 300_000;

    // ECMAScript dates end here; what lies behind would be no date for any client.
    private const long MaxEpochMs = 8_640_000_000_000_000;

    /// <summary>The first time after an instant, in epoch milliseconds; null when there is none. Throws
    /// <see cref="CronInputException"/> for a schedule that cannot be read.</summary>
    /// <param name="schedule">When.</param>
    /// <param name="jobId">Whose place in the stagger window.</param>
    /// <param name="afterMs">Epoch milliseconds.</param>
    /// <param name="local">The zone of this machine.</param>
    public static long? Next(CronSchedule schedule, string jobId, long afterMs, TimeZoneInfo local)
    {
        switch (schedule.Kind)
        {
            case CronSchedule.OnExitKind or CronSchedule.StreamKind:
                return null;
            case CronSchedule.AtKind:
                return ParseAt(schedule.At ?? "") is var at && at > afterMs ? at : null;
            case CronSchedule.EveryKind:
                long every = Math.Max(1, schedule.EveryMs ?? 1);
                long anchor = schedule.AnchorMs ?? 0;
                long next = afterMs < anchor ? anchor : anchor + ((((afterMs - anchor) / every) + 1) * every);
                return next is > 0 and < MaxEpochMs ? next : null;
            default:
                long offset = StaggerOf(schedule, jobId);
                TimeZoneInfo zone = schedule.Tz is { Length: > 0 } name ? ZoneOf(name) : local;
                return CronExpression.Parse(schedule.Expr ?? "").Next(DateTimeOffset.FromUnixTimeMilliseconds(afterMs - offset), zone)
                    ?.ToUnixTimeMilliseconds() + offset;
        }
    }

    /// <summary>Reads an ISO 8601 instant; one without a zone is UTC.</summary>
    public static long ParseAt(string text) =>
        text.Length >= 8 && char.IsAsciiDigit(text[0])
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? at.ToUnixTimeMilliseconds()
            : throw new CronInputException($"Invalid schedule.at: expected ISO-8601 timestamp (got {text})", isParams: false);

    /// <summary>Finds an IANA zone. Throws <see cref="CronInputException"/>.</summary>
    public static TimeZoneInfo ZoneOf(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)
            ? zone
            : throw new CronInputException(
                $"time zone \"{name}\" is not known on this machine; use an IANA name such as Europe/Vienna (the names come from the package tzdata)");

    // The same job has the same place in its window after every restart.
    private static long StaggerOf(CronSchedule schedule, string jobId)
    {
        if (schedule.StaggerMs is not (> 0 and long window))
        {
            return 0;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(jobId), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) % window;
    }
}

using System.Globalization;

namespace OpenClaw.Edge.Automation;

/// <summary>A cron expression: five fields, six with seconds in front, seven with years behind. Day of month and day of week
/// are alternatives when both are given, unless the week day starts with <c>+</c>. <c>L</c> is the last day, <c>5#2</c> the
/// second Friday, <c>5L</c> the last one. Immutable.</summary>
internal sealed class CronExpression
{
    // No calendar rule repeats later than the 28 years of week days and leap years, plus the century that is none.
    private const int MaxYears = 40;

    private static readonly string[] s_months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] s_days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private CronField _seconds;
    private CronField _minutes;
    private CronField _hours;
    private CronField _months;
    private CronDays _days = null!;
    private (int From, int To)[] _years = [];

    /// <summary>Whether every hour counts: such a job runs on through a change of the clocks.</summary>
    public bool IsHourly => _hours.IsAny;

    /// <summary>Whether it runs at the top of an hour, in a rhythm of hours, as many jobs do.</summary>
    public bool IsTopOfHour { get; private init; }

    /// <summary>Reads an expression. Throws <see cref="CronInputException"/>.</summary>
    public static CronExpression Parse(string text)
    {
        string[] fields = Alias(text.Trim()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is < 5 or > 7)
        {
            throw new CronInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"cron expression \"{text}\" has {fields.Length} field(s); it needs five (minute hour day month weekday), six with seconds in front, or seven with years behind"));
        }

        int at = fields.Length == 5 ? 0 : 1;
        string second = at == 0 ? "0" : fields[0];
        return new CronExpression
        {
            _seconds = CronField.Parse(second, "second", 0, 59, []),
            _minutes = CronField.Parse(fields[at], "minute", 0, 59, []),
            _hours = CronField.Parse(fields[at + 1], "hour", 0, 23, []),
            _days = CronDays.Parse(fields[at + 2], fields[at + 4], s_days),
            _months = CronField.Parse(fields[at + 3], "month", 1, 12, s_months),
            _years = fields.Length == 7 ? Years(fields[6]) : [],
            IsTopOfHour = second == "0" && fields[at] == "0" && fields[at + 1].StartsWith('*'),
        };
    }

    /// <summary>The first time after an instant, in a zone; null when there is none. Fixed times that a change of the clocks
    /// skips run at the change, those that it repeats run once.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        DateTimeOffset instant = after.ToUniversalTime();
        TimeSpan offset = zone.GetUtcOffset(instant);
        DateTime local = instant.DateTime + offset;
        while (NextLocal(local) is { } candidate)
        {
            DateTimeOffset at = new(candidate - offset, TimeSpan.Zero);
            if (ZoneChange(zone, instant, at, offset) is not { } change)
            {
                if (IsHourly || !IsRepeat(zone, candidate, offset))
                {
                    return at;
                }

                (instant, local) = (at, candidate);
                continue;
            }

            TimeSpan then = zone.GetUtcOffset(change);
            if (!IsHourly && then > offset && NextLocal(change.DateTime + offset - TimeSpan.FromSeconds(1)) < change.DateTime + then)
            {
                return change;
            }

            (instant, offset) = (change, then);
            local = change.DateTime + then - TimeSpan.FromSeconds(1);
        }

        return null;
    }

    private static string Alias(string text) => text.ToLowerInvariant() switch
    {
        "@yearly" or "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" or "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => text,
    };

    private static (int, int)[] Years(string text) => text == "*" ? [] : [.. text.Split(',').Select(part =>
    {
        string[] ends = part.Split('-');
        return ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int from) && from is >= 1970 and <= 9999
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int to) && to >= from && to <= 9999
                ? (from, to)
                : throw new CronInputException($"cron expression: invalid value for year: \"{part}\"; it takes 1970-9999, with , and -");
    })];

    // Whether the same wall clock time was there already an hour or so before.
    private static bool IsRepeat(TimeZoneInfo zone, DateTime local, TimeSpan offset) =>
        zone.IsAmbiguousTime(DateTime.SpecifyKind(local, DateTimeKind.Unspecified))
        && zone.GetAmbiguousTimeOffsets(DateTime.SpecifyKind(local, DateTimeKind.Unspecified)).Max() != offset;

    // The first instant in (from, to] at which the offset is another one. Zones do not change twice within two days.
    private static DateTimeOffset? ZoneChange(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to, TimeSpan offset)
    {
        for (DateTimeOffset low = from; low < to;)
        {
            DateTimeOffset high = low.AddDays(2) < to ? low.AddDays(2) : to;
            if (zone.GetUtcOffset(high) != offset)
            {
                long before = low.ToUnixTimeSeconds();
                long behind = high.ToUnixTimeSeconds();
                while (behind - before > 1)
                {
                    long middle = before + ((behind - before) / 2);
                    bool same = zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset;
                    (before, behind) = same ? (middle, behind) : (before, middle);
                }

                return DateTimeOffset.FromUnixTimeSeconds(behind);
            }

            low = high;
        }

        return null;
    }

    private DateTime? NextLocal(DateTime after)
    {
        DateTime time = new DateTime(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        int lastYear = Math.Min(9998, time.Year + MaxYears);
        while (time.Year <= lastYear)
        {
            if (!HasYear(time.Year))
            {
                time = new DateTime(time.Year + 1, 1, 1);
            }
            else if (!_months.Has(time.Month))
            {
                time = new DateTime(time.Year, time.Month, 1).AddMonths(1);
            }
            else if (!_days.Has(time) || !TryTimeOfDay(time, out TimeSpan ofDay))
            {
                time = time.Date.AddDays(1);
            }
            else
            {
                return time.Date + ofDay;
            }
        }

        return null;
    }

    private bool HasYear(int year) => _years.Length == 0 || _years.Any(range => year >= range.From && year <= range.To);

    // The first time of the day that counts, from here on.
    private bool TryTimeOfDay(DateTime from, out TimeSpan time)
    {
        time = default;
        int hour = _hours.From(from.Hour);
        int minute = _minutes.From(hour == from.Hour ? from.Minute : 0);
        bool same = hour == from.Hour && minute == from.Minute;
        int second = minute < 0 ? -1 : _seconds.From(same ? from.Second : 0);
        if (second < 0 && minute >= 0)
        {
            minute = minute == 59 ? -1 : _minutes.From(minute + 1);
            second = _seconds.From(0);
        }

        if (hour >= 0 && minute < 0)
        {
            hour = hour == 23 ? -1 : _hours.From(hour + 1);
            (minute, second) = (_minutes.From(0), _seconds.From(0));
        }

        if (hour < 0)
        {
            return false;
        }

        time = new TimeSpan(hour, minute, second);
        return true;
    }
}

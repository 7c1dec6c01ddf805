using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>The days that a question about usage is about, and what a day is.</summary>
internal sealed class UsageRange
{
    private const int DefaultDays = 30; // as there
    private const int MaxDays = 36_600; // as there

    private UsageRange(DateOnly from, DateOnly to, TimeZoneInfo zone)
    {
        (From, To, Zone) = (from, to, zone);
        FromMs = StartOf(from, zone);
        ToMs = StartOf(to.AddDays(1), zone) - 1;
    }

    /// <summary>First day, included.</summary>
    public DateOnly From { get; }

    /// <summary>Last day, included.</summary>
    public DateOnly To { get; }

    /// <summary>What a day is.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Start of the first day, epoch milliseconds.</summary>
    public long FromMs { get; }

    /// <summary>Last millisecond of the last day.</summary>
    public long ToMs { get; }

    /// <summary>Reads <c>startDate</c>, <c>endDate</c>, <c>days</c>, <c>range</c>, <c>mode</c>, <c>timeZone</c> and <c>utcOffset</c>.</summary>
    public static bool TryRead(
        MethodCall call, TimeProvider time, [NotNullWhen(true)] out UsageRange? range, [NotNullWhen(false)] out GatewayError? error)
    {
        range = null;
        error = null;
        string? wrong = ZoneOf(call, time, out TimeZoneInfo zone);
        DateOnly today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        DateOnly? first = null, last = null;
        wrong ??= DayOf(call, "startDate", ref first) ?? DayOf(call, "endDate", ref last);
        wrong ??= (first is null) != (last is null) ? "startDate and endDate must be provided together"
            : first > last ? "startDate must not be after endDate"
            : null;
        if (wrong is not null)
        {
            error = GatewayError.Invalid(wrong);
            return false;
        }

        if (first is { } from && last is { } to)
        {
            range = new UsageRange(from, to, zone);
            return true;
        }

        if (call.Text("range") == "all")
        {
            range = new UsageRange(new DateOnly(1970, 1, 2), today, zone);
            return true;
        }

        long days = call.Text("range") switch
        {
            "7d" => 7,
            "30d" => 30,
            "90d" => 90,
            "1y" => 365,
            _ => Math.Clamp(call.Number("days") ?? DefaultDays, 1, MaxDays),
        };
        DateOnly begin = today.DayNumber > days ? today.AddDays(1 - (int)days) : DateOnly.MinValue;
        range = new UsageRange(begin < new DateOnly(1970, 1, 2) ? new DateOnly(1970, 1, 2) : begin, today, zone);
        return true;
    }

    /// <summary>A day as the wire has it.</summary>
    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? ZoneOf(MethodCall call, TimeProvider time, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        switch (call.Text("mode"))
        {
            case "gateway":
                zone = time.LocalTimeZone;
                return null;
            case "specific":
                TimeSpan? offset = OffsetOf(call.Text("utcOffset"));
                if (call.Text("timeZone")?.Trim() is { Length: > 0 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? found))
                {
                    zone = found;
                    return null;
                }

                zone = offset is { } shift ? TimeZoneInfo.CreateCustomTimeZone("usage", shift, null, null) : zone;
                return offset is not null ? null
                    : call.Has("timeZone") ? "invalid timeZone: expected a valid IANA time zone"
                    : call.Text("utcOffset") is { Length: > 0 } ? "invalid utcOffset: expected UTC-12:00 through UTC+14:00"
                    : null;
            default:
                return null;
        }
    }

    // UTC+5:30
    private static TimeSpan? OffsetOf(string? text)
    {
        if (text?.Trim() is not { Length: > 4 } given || !given.StartsWith("UTC", StringComparison.Ordinal) || given[3] is not ('+' or '-'))
        {
            return null;
        }

        string[] parts = given[4..].Split(':');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hours)
            || !int.TryParse(parts.Length == 2 ? parts[1] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out int minutes) || minutes > 59)
        {
            return null;
        }

        int all = ((hours * 60) + minutes) * (given[3] == '-' ? -1 : 1);
        return all is >= -720 and <= 840 ? TimeSpan.FromMinutes(all) : null;
    }

    private static string? DayOf(MethodCall call, string name, ref DateOnly? day)
    {
        if (call.Text(name)?.Trim() is not { Length: > 0 } text)
        {
            return null;
        }

        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly read) || read.Year is < 1971 or > 9000)
        {
            return $"invalid {name}: expected a valid YYYY-MM-DD calendar date";
        }

        day = read;
        return null;
    }

    // Where clocks go forward at midnight the day begins an hour later.
    private static long StartOf(DateOnly day, TimeZoneInfo zone)
    {
        DateTime midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(midnight))
        {
            midnight = midnight.AddMinutes(15);
        }

        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUnixTimeMilliseconds();
    }
}

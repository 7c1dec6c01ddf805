using System.Globalization;
using OpenClaw.Edge.Automation;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("0 7 * * *", "UTC", "2026-11-21T06:59:59Z", "2026-11-21T07:00:00Z")]
    [InlineData("0 7 * * *", "UTC", "2026-11-21T07:00:00Z", "2026-11-22T07:00:00Z")]
    [InlineData("0 7 * * *", "Europe/Vienna", "2026-11-21T12:00:00Z", "2026-11-22T06:00:00Z")]
    [InlineData("*/15 * * * *", "UTC", "2026-11-21T12:59:00Z", "2026-11-21T13:00:00Z")]
    [InlineData("30 */10 * * * *", "UTC", "2026-11-21T12:00:30Z", "2026-11-21T12:10:30Z")]
    [InlineData("59 59 23 31 12 *", "UTC", "2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z")]
    [InlineData("0 9 15 * 1", "UTC", "2026-11-21T00:00:00Z", "2026-11-23T09:00:00Z")] // the 15th or a Monday
    [InlineData("0 9 15 * +1", "UTC", "2026-11-21T00:00:00Z", "2027-02-15T09:00:00Z")] // the 15th that is a Monday
    [InlineData("0 0 29 2 *", "UTC", "2026-11-21T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 L * *", "UTC", "2027-02-01T00:00:00Z", "2027-02-28T00:00:00Z")]
    [InlineData("0 0 * * FRI#2", "UTC", "2026-11-01T00:00:00Z", "2026-11-13T00:00:00Z")]
    [InlineData("0 0 * * 5L", "UTC", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z")]
    [InlineData("0 0 * JAN-MAR SUN", "UTC", "2026-11-21T00:00:00Z", "2027-01-03T00:00:00Z")]
    [InlineData("0 0 * * 7", "UTC", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z")]
    [InlineData("@hourly", "UTC", "2026-11-21T12:34:56Z", "2026-11-21T13:00:00Z")]
    [InlineData("0 0 0 1 1 * 2030", "UTC", "2026-11-21T00:00:00Z", "2030-01-01T00:00:00Z")]
    public void Falls_due_next(string expression, string zone, string after, string expected) =>
        Assert.Equal(At(expected), CronExpression.Parse(expression).Next(At(after), Zone(zone)));

    [Theory] // Vienna: 2027-03-28 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00
    [InlineData("30 2 * * *", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z")] // skipped by the clock: at the change
    [InlineData("30 2 * * *", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z")]
    [InlineData("*/30 * * * *", "2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")] // the first of two
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // and not the second
    [InlineData("30 * * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")] // every hour means both
    [InlineData("0 7 * * *", "2026-10-24T12:00:00Z", "2026-10-25T06:00:00Z")] // 7 o'clock stays 7 o'clock
    public void Changes_of_the_clock_lose_nothing_and_repeat_nothing(string expression, string after, string expected) =>
        Assert.Equal(At(expected), CronExpression.Parse(expression).Next(At(after), Zone("Europe/Vienna")));

    [Fact]
    public void A_day_that_never_comes_is_never()
    {
        Assert.Null(CronExpression.Parse("0 0 30 2 *").Next(At("2026-11-21T00:00:00Z"), TimeZoneInfo.Utc));
        Assert.Null(CronExpression.Parse("0 0 0 1 1 * 2020").Next(At("2026-11-21T00:00:00Z"), TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("bad expr", "has 2 field(s)")]
    [InlineData("", "has 0 field(s)")]
    [InlineData("61 * * * *", "invalid value for minute: \"61\"; it takes 0-59")]
    [InlineData("* 24 * * *", "invalid value for hour: \"24\"")]
    [InlineData("* * 0 * *", "invalid value for day of month: \"0\"")]
    [InlineData("* * * 13 *", "invalid value for month: \"13\"")]
    [InlineData("* * * * 8", "invalid value for day of week: \"8\"")]
    [InlineData("5-1 * * * *", "invalid value for minute: \"5-1\"")]
    [InlineData("*/0 * * * *", "invalid value for minute: \"*/0\"")]
    [InlineData("1,,2 * * * *", "invalid value for minute: \"\"")]
    [InlineData("* * * * 5#6", "invalid value for day of week: \"5#6\"")]
    public void Says_what_is_wrong_with(string expression, string part) =>
        Assert.Contains(part, Assert.Throws<CronInputException>(() => CronExpression.Parse(expression)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rhythm_counts_from_its_anchor_and_a_stagger_has_a_fixed_place()
    {
        var every = new CronSchedule { Kind = "every", EveryMs = 60_000, AnchorMs = 1_000 };
        Assert.Equal(61_000, CronTimetable.Next(every, "a", 1_000, TimeZoneInfo.Utc));
        Assert.Equal(61_000, CronTimetable.Next(every, "a", 60_999, TimeZoneInfo.Utc));
        var hourly = new CronSchedule { Kind = "cron", Expr = "0 * * * *", StaggerMs = 300_000 };
        long[] first = [.. Enumerable.Range(0, 20).Select(i => CronTimetable.Next(hourly, $"job-{i}", 10_800_000, TimeZoneInfo.Utc)!.Value % 3_600_000)];
        Assert.All(first, place => Assert.InRange(place, 0, 299_999));
        Assert.True(first.Distinct().Count() > 10);
        long again = CronTimetable.Next(hourly, "job-3", 10_800_000 + first[3], TimeZoneInfo.Utc)!.Value;
        Assert.Equal(first[3], again % 3_600_000);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static TimeZoneInfo Zone(string name) => CronTimetable.ZoneOf(name);
}

using System.Globalization;

namespace OpenClaw.Edge.Automation;

/// <summary>The days of a cron expression: of the month, of the week, or both. Immutable.</summary>
internal sealed class CronDays
{
    private CronField _ofMonth;
    private CronField _ofWeek;
    private bool _lastOfMonth;
    private bool _both;
    private (int Day, int Nth)[] _nths = [];

    private bool HasWeek => !_ofWeek.IsAny || _nths.Length > 0;

    /// <summary>Reads both fields. Throws <see cref="CronInputException"/>.</summary>
    public static CronDays Parse(string ofMonth, string ofWeek, IReadOnlyList<string> names)
    {
        bool both = ofWeek.StartsWith('+');
        string[] week = (both ? ofWeek[1..] : ofWeek).Split(',');
        string[] month = ofMonth.Split(',');
        string plainMonth = string.Join(',', month.Where(part => part is not ("L" or "l")));
        string plainWeek = string.Join(',', week.Where(part => !IsNth(part)));
        return new CronDays
        {
            _both = both,
            _lastOfMonth = plainMonth.Length != ofMonth.Length,
            _ofMonth = plainMonth.Length == 0 ? default : CronField.Parse(plainMonth, "day of month", 1, 31, []),
            _ofWeek = plainWeek.Length == 0 ? default : Fold(CronField.Parse(plainWeek, "day of week", 0, 7, names)),
            _nths = [.. week.Where(IsNth).Select(part => Nth(part, names))],
        };
    }

    /// <summary>Whether the day counts.</summary>
    public bool Has(DateTime day)
    {
        bool month = _ofMonth.Has(day.Day) || (_lastOfMonth && day.Day == DateTime.DaysInMonth(day.Year, day.Month));
        bool week = _ofWeek.Has((int)day.DayOfWeek) || _nths.Any(nth => IsNthDay(day, nth));
        bool hasMonth = !_ofMonth.IsAny;
        return hasMonth && HasWeek && !_both ? month || week : (month || !hasMonth) && (week || !HasWeek);
    }

    private static bool IsNth(string part) => part.Contains('#', StringComparison.Ordinal) || (part.Length > 1 && part[^1] is 'L' or 'l' && part.Length > 1);

    // "5#2", "FRI#2", "5L"; 0 stands for the last
    private static (int, int) Nth(string part, IReadOnlyList<string> names)
    {
        string[] halves = part[^1] is 'L' or 'l' ? [part[..^1], "0"] : part.Split('#');
        CronField day = Fold(CronField.Parse(halves[0], "day of week", 0, 7, names));
        int which = halves[1] is "L" or "l" or "0"
            ? 0
            : int.TryParse(halves[1], NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= 5 ? n : -1;
        return which >= 0 && halves.Length == 2
            ? (day.From(0), which)
            : throw new CronInputException($"cron expression: invalid value for day of week: \"{part}\"; it takes 5#1-5#5 or 5L");
    }

    private static bool IsNthDay(DateTime day, (int Day, int Nth) nth) =>
        (int)day.DayOfWeek == nth.Day
        && (nth.Nth == 0 ? day.AddDays(7).Month != day.Month : (day.Day - 1) / 7 == nth.Nth - 1);

    // 7 is Sunday too.
    private static CronField Fold(CronField field) =>
        field with { Bits = (field.Bits | (field.Bits >> 7)) & 0x7F };
}

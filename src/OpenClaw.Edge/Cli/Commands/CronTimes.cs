using System.Buffers;
using System.Globalization;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>Reads times of the command line.</summary>
internal static class CronTimes
{
    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");

    /// <summary>A duration such as <c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>2d</c>. Throws <see cref="CliException"/>.</summary>
    public static TimeSpan Span(string text, string flag) => TrySpan(text) is { Ticks: > 0 } span
        ? span
        : throw new CliException(ExitCode.Usage, $"{flag}: '{text}' is not a duration; give one such as 30s, 10m or 1h30m");

    /// <summary>An instant: ISO 8601, or a duration from now; one without a zone is in <paramref name="zone"/>, or UTC.</summary>
    public static string At(string text, string? zone, DateTimeOffset now)
    {
        if (TrySpan(text) is { Ticks: > 0 } ahead)
        {
            return Iso(now + ahead);
        }

        if (zone is null || !DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime local)
            || local.Kind != DateTimeKind.Unspecified)
        {
            return text; // the gateway reads it, and says what is wrong with it
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out TimeZoneInfo? found)
            ? Iso(new DateTimeOffset(local, found.GetUtcOffset(local)))
            : throw new CliException(ExitCode.Usage, $"--tz: '{zone}' is not known on this machine; use an IANA name such as Europe/Vienna");
    }

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static TimeSpan? TrySpan(string text)
    {
        double ms = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExcept(s_number);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return null;
            }

            int unit = rest[digits..].IndexOfAnyInRange('0', '9');
            ReadOnlySpan<char> name = unit < 0 ? rest[digits..] : rest.Slice(digits, unit);
            double factor = name switch { "ms" => 1, "s" => 1e3, "m" => 60e3, "h" => 3600e3, "d" => 86400e3, "w" => 7 * 86400e3, _ => 0 };
            if (factor == 0)
            {
                return null;
            }

            ms += number * factor;
            rest = rest[(digits + name.Length)..];
        }

        return ms is > 0 and < 3.2e12 ? TimeSpan.FromMilliseconds(ms) : null;
    }
}

using System.Globalization;

namespace OpenClaw.Edge.Cli;

/// <summary>Numbers and times as people read them.</summary>
internal static class HumanText
{
    /// <summary>How long ago, such as <c>5m ago</c>; <c>-</c> when unknown.</summary>
    public static string Ago(long? epochMs, TimeProvider clock)
    {
        if (epochMs is not { } at)
        {
            return "-";
        }

        TimeSpan age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(at);
        return age < TimeSpan.FromSeconds(5) ? "just now" : $"{Duration(age)} ago";
    }

    /// <summary>The largest unit that fits, such as <c>3h</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays}d"),
    };

    /// <summary>Tokens, such as <c>32k</c>; <c>-</c> when unknown.</summary>
    public static string Count(long? number) => number switch
    {
        null => "-",
        < 1000 => number.Value.ToString(CultureInfo.InvariantCulture),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1000.0:0.#}k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{number / 1_000_000.0:0.#}m"),
    };

    /// <summary>Bytes in binary units, such as <c>1.5 GiB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.#} GiB"),
    };
}

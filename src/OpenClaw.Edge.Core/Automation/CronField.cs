using System.Globalization;

namespace OpenClaw.Edge.Automation;

/// <summary>One field of a cron expression: which of its values count.</summary>
/// <param name="Bits">Bit n is value n.</param>
/// <param name="IsAny">Whether it was written as <c>*</c> or <c>?</c>.</param>
internal readonly record struct CronField(ulong Bits, bool IsAny)
{
    /// <summary>Whether the value counts.</summary>
    public bool Has(int value) => (Bits & (1UL << value)) != 0;

    /// <summary>The first value that counts from here on; -1 when there is none.</summary>
    public int From(int value)
    {
        ulong rest = value > 63 ? 0 : Bits >> value;
        return rest == 0 ? -1 : value + System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    // field = part *( "," part ); part = ( "*" | "?" | value [ "-" value ] ) [ "/" step ]
    /// <summary>Reads a field. Throws <see cref="CronInputException"/> with the offending word.</summary>
    public static CronField Parse(string text, string name, int min, int max, IReadOnlyList<string> words)
    {
        ulong bits = 0;
        foreach (string part in text.Split(','))
        {
            string[] halves = part.Split('/');
            int step = 1;
            if (part.Length == 0 || halves.Length > 2
                || (halves.Length == 2 && (!int.TryParse(halves[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1)))
            {
                throw Bad(name, part, min, max);
            }

            (int from, int to) = Range(halves[0], name, min, max, words, halves.Length == 2);
            for (int value = from; value <= to; value += step)
            {
                bits |= 1UL << value;
            }
        }

        return new CronField(bits, text is "*" or "?");
    }

    private static (int From, int To) Range(string text, string name, int min, int max, IReadOnlyList<string> words, bool open)
    {
        if (text is "*" or "?")
        {
            return (min, max);
        }

        string[] ends = text.Split('-');
        int from = Value(ends[0], name, min, max, words);
        int to = ends.Length == 2 ? Value(ends[1], name, min, max, words) : open ? max : from;
        return ends.Length <= 2 && from <= to ? (from, to) : throw Bad(name, text, min, max);
    }

    private static int Value(string text, string name, int min, int max, IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i].Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return i + min;
            }
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw Bad(name, text, min, max);
    }

    private static CronInputException Bad(string name, string text, int min, int max) => new(string.Create(
        CultureInfo.InvariantCulture, $"cron expression: invalid value for {name}: \"{text}\"; it takes {min}-{max}, with , - / and *"));
}

using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Text as it is shown to a person who decides on it: what hides, moves or turns around other text is written out, as
/// <c>\u{202E}</c>. Line breaks and tabs stay. Source: the original's, which writes those out too.</summary>
public static class ShownText
{
    /// <summary>The text.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        StringBuilder shown = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsPlain(rune))
            {
                shown.Append(rune);
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            }
        }

        return shown.ToString();
    }

    // The named four are letters that have no shape.
    private static bool IsPlain(Rune rune) => rune.Value is ' ' or '\n' or '\t' || (rune.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator));
}

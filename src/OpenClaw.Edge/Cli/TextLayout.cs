using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Cli;

/// <summary>Text measured in the columns of a terminal.</summary>
internal static class TextLayout
{
    /// <summary>Breaks <paramref name="text"/> between words into lines of at most <paramref name="width"/> columns; a
    /// longer word stays whole. At least one line.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        int start = 0;
        while (text.Length - start > width)
        {
            int cut = text.LastIndexOf(' ', start + width, width + 1);
            if (cut <= start)
            {
                cut = text.IndexOf(' ', start);
                if (cut < 0)
                {
                    break;
                }
            }

            yield return text[start..cut];
            start = cut + 1;
        }

        yield return text[start..];
    }

    /// <summary>Columns that <paramref name="text"/> takes: two for wide East Asian characters and emoji, none for marks
    /// that combine.</summary>
    public static int Width(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }

        return width;
    }

    /// <summary>Shortens <paramref name="text"/> to <paramref name="width"/> columns, with an ellipsis when it was
    /// longer.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        StringBuilder cut = new();
        int used = 1;
        foreach (Rune rune in text.EnumerateRunes())
        {
            used += Width(rune);
            if (used > width)
            {
                break;
            }

            cut.Append(rune);
        }

        return cut.Append('…').ToString();
    }

    /// <summary>Text from elsewhere, made safe for one line of a terminal: control characters could move the cursor or
    /// change the title of the window.</summary>
    public static string OneLine(string text) => Clean(text, keepLines: false);

    /// <summary>The same for text that may have lines and tabs.</summary>
    public static string Block(string text) => Clean(text, keepLines: true);

    private static string Clean(string text, bool keepLines)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        StringBuilder clean = new(text.Length);
        foreach (char c in text)
        {
            bool keep = !char.IsControl(c) || (keepLines && c is '\n' or '\t');
            if (keep)
            {
                clean.Append(c);
            }
            else if (c is '\n' or '\t')
            {
                clean.Append(' ');
            }
        }

        return clean.ToString();
    }

    // Source: Unicode East Asian Width, the W and F blocks that terminals draw wide.
    private static int Width(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        0x200D or (>= 0xFE00 and <= 0xFE0F) => 0,
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6)
            or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F680 and <= 0x1F6FF) or (>= 0x1F900 and <= 0x1FAFF)
            or (>= 0x20000 and <= 0x3FFFD) => 2,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0 : 1,
    };
}

using System.Text;

namespace OpenClaw.Edge.Sessions;

/// <summary>Short texts made of long ones.</summary>
internal static class SessionText
{
    /// <summary>Longest title in characters. Source: docs/protocol.md, sessions.</summary>
    public const int TitleLength = 60;

    /// <summary>Longest preview in a session row, in characters.</summary>
    public const int PreviewLength = 160;

    /// <summary>The first line that is not blank, cut; null when there is none.</summary>
    public static string? Title(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                return Cut(line.Trim(), TitleLength);
            }
        }

        return null;
    }

    /// <summary>The text on one line, cut; null when it is blank.</summary>
    public static string? Preview(string text, int maxChars)
    {
        StringBuilder line = new();
        bool space = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                space = line.Length > 0;
                continue;
            }

            if (space)
            {
                line.Append(' ');
                space = false;
            }

            line.Append(c);
            if (line.Length > maxChars)
            {
                break;
            }
        }

        return line.Length == 0 ? null : Cut(line.ToString(), maxChars);
    }

    private static string Cut(ReadOnlySpan<char> text, int maxChars)
    {
        if (text.Length <= maxChars)
        {
            return text.ToString();
        }

        int end = maxChars - 1;
        if (char.IsHighSurrogate(text[end - 1]))
        {
            end--;
        }

        return string.Concat(text[..end].TrimEnd(), "…");
    }
}

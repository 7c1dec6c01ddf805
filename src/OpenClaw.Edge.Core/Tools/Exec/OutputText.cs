using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Turns what programs print into text for a model: invalid UTF-8 becomes the replacement character, terminal
/// escapes go, a progress line that rewrites itself keeps its last state. Never throws on input.</summary>
internal static class OutputText
{
    private const int SniffBytes = 4096;

    /// <summary>Whether the bytes are no text: more than a few NULs near the start.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> head = bytes[..Math.Min(SniffBytes, bytes.Length)];
        return head.Count((byte)0) > Math.Max(1, head.Length / 64);
    }

    /// <summary>The text of the bytes.</summary>
    public static string Clean(ReadOnlySpan<byte> bytes)
    {
        string raw = Encoding.UTF8.GetString(bytes);
        StringBuilder text = new(raw.Length);
        int lineStart = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            char letter = raw[i];
            switch (letter)
            {
                case '\u001b':
                    i = SkipEscape(raw, i);
                    break;
                case '\n':
                    text.Append('\n');
                    lineStart = text.Length;
                    break;
                case '\r' when i + 1 < raw.Length && raw[i + 1] is not ('\n' or '\r'):
                    text.Length = lineStart;
                    break;
                case '\b' when text.Length > lineStart:
                    text.Length--;
                    break;
                case '\t':
                    text.Append('\t');
                    break;
                default:
                    if (!char.IsControl(letter))
                    {
                        text.Append(letter);
                    }

                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>Text that fits: its start and its end, with a note of what lies between.</summary>
    public static string Fit(string text, int maxChars, string hint)
    {
        if (text.Length <= maxChars)
        {
            return text;
        }

        int head = maxChars / 4;
        int tail = maxChars - head;
        int headEnd = text.LastIndexOf('\n', head) is > 0 and int cut ? cut + 1 : head;
        int tailStart = text.IndexOf('\n', text.Length - tail) is > 0 and int next && next < text.Length - 1 ? next + 1 : text.Length - tail;
        return $"{text[..headEnd]}\n[… {tailStart - headEnd} characters left out{hint} …]\n{text[tailStart..]}";
    }

    // CSI ends with a byte of @ to ~; OSC with BEL or ESC \; others are two characters.
    private static int SkipEscape(string text, int at)
    {
        if (at + 1 >= text.Length)
        {
            return at;
        }

        int i = at + 2;
        switch (text[at + 1])
        {
            case '[':
                while (i < text.Length && text[i] is < '@' or > '~')
                {
                    i++;
                }

                return i;
            case ']':
                while (i < text.Length && text[i] is not ('\a' or '\n') && !(text[i] == '\u001b' && i + 1 < text.Length && text[i + 1] == '\\'))
                {
                    i++;
                }

                return i < text.Length && text[i] == '\u001b' ? i + 1 : i;
            default:
                return at + 1;
        }
    }
}

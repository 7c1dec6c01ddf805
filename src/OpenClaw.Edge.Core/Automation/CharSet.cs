using System.Globalization;

namespace OpenClaw.Edge.Automation;

/// <summary>The letters that one place of an expression takes.</summary>
internal sealed class CharSet
{
    private readonly List<(char From, char To)> _ranges = [];
    private bool _not;

    /// <summary>Whether a letter counts as part of a word.</summary>
    public static bool IsWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    public static CharSet Of(char letter)
    {
        CharSet set = new();
        set._ranges.Add((letter, letter));
        return set;
    }

    /// <summary>What stands behind a backslash. Throws <see cref="FormatException"/>, or <see cref="NotSupportedException"/> for a look back.</summary>
    public static CharSet Escape(string text, ref int at)
    {
        CharSet set = new();
        set.AddEscape(text, ref at);
        return set;
    }

    /// <summary>What stands between brackets, the first of which is read already.</summary>
    public static CharSet Class(string text, ref int at)
    {
        CharSet set = new();
        if (at < text.Length && text[at] == '^')
        {
            set._not = true;
            at++;
        }

        while (at < text.Length && text[at] != ']')
        {
            char? from = set.Letter(text, ref at);
            if (from is { } first && at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']')
            {
                at++;
                char? to = set.Letter(text, ref at);
                set._ranges.Add(to >= first ? (first, to.Value) : throw new FormatException());
            }
            else if (from is { } alone)
            {
                set._ranges.Add((alone, alone));
            }
        }

        at += at < text.Length ? 1 : throw new FormatException();
        return set;
    }

    public bool Holds(char letter) => _ranges.Exists(range => letter >= range.From && letter <= range.To) != _not;

    // Null when it was a class of its own, which is in already.
    private char? Letter(string text, ref int at)
    {
        if (text[at] != '\\')
        {
            return text[at++];
        }

        at++;
        int before = _ranges.Count;
        AddEscape(text, ref at);
        if (_ranges.Count != before + 1 || _ranges[before].From != _ranges[before].To)
        {
            return null;
        }

        char letter = _ranges[before].From;
        _ranges.RemoveAt(before);
        return letter;
    }

    private void AddEscape(string text, ref int at)
    {
        char letter = at < text.Length ? text[at++] : throw new FormatException();
        switch (letter)
        {
            case 'd':
                _ranges.Add(('0', '9'));
                break;
            case 'w':
                _ranges.AddRange([('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]);
                break;
            case 's':
                _ranges.AddRange([('\t', '\r'), (' ', ' '), ('\u00a0', '\u00a0'), ('\u2028', '\u2029'), ('\ufeff', '\ufeff')]);
                break;
            case 'D':
                _ranges.AddRange([('\0', '/'), (':', '\uffff')]);
                break;
            case 'W':
                _ranges.AddRange([('\0', '/'), (':', '@'), ('[', '^'), ('`', '`'), ('{', '\uffff')]);
                break;
            case 'S':
                _ranges.AddRange([('\0', '\b'), ('\u000e', '\u001f'), ('!', '\u009f'), ('\u00a1', '\u2027'), ('\u202a', '\ufefe'), ('\uff00', '\uffff')]);
                break;
            case 'x' or 'u':
                int digits = letter == 'x' ? 2 : 4;
                char code = at + digits <= text.Length && ushort.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number)
                    ? (char)number : throw new FormatException();
                at += digits;
                _ranges.Add((code, code));
                break;
            default:
                char plain = letter switch
                {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    'f' => '\f',
                    'v' => '\v',
                    '0' => '\0',
                    >= '1' and <= '9' or 'k' or 'p' or 'P' => throw new NotSupportedException(),
                    _ => letter,
                };
                _ranges.Add((plain, plain));
                break;
        }
    }
}

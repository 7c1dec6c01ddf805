using System.Buffers;
using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Cuts JSON5 text into tokens. The text must be valid UTF-8. Never throws; a fault is kind
/// <see cref="Json5TokenKind.Invalid"/> and stays. Source: https://spec.json5.org (1.0.0).</summary>
internal ref struct Json5Lexer
{
    // what ends the fast run through a string: quotes, backslash, control characters
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create(
        [(byte)'"', (byte)'\'', (byte)'\\', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);

    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    public Json5Lexer(ReadOnlySpan<byte> text, int start = 0)
    {
        _text = text;
        _at = start;
    }

    /// <summary>Kind of the current token.</summary>
    public Json5TokenKind Kind { get; private set; }

    /// <summary>Its first byte.</summary>
    public int Start { get; private set; }

    /// <summary>The byte after its last.</summary>
    public int End { get; private set; }

    /// <summary>Whether the token can be copied as it stands: a double-quoted string without escapes, a word of ASCII.</summary>
    public bool Plain { get; private set; }

    /// <summary>The fault, when <see cref="Kind"/> is invalid.</summary>
    public Json5Failure Failure { get; private set; }

    /// <summary>Steps to the next token.</summary>
    public Json5TokenKind Next()
    {
        if (Kind == Json5TokenKind.Invalid || !SkipBlanks())
        {
            return Kind = Json5TokenKind.Invalid;
        }
        Start = _at;
        if (_at == _text.Length)
        {
            End = _at;
            return Kind = Json5TokenKind.End;
        }
        byte first = _text[_at];
        Json5TokenKind mark = first switch
        {
            (byte)'{' => Json5TokenKind.ObjectOpen,
            (byte)'}' => Json5TokenKind.ObjectClose,
            (byte)'[' => Json5TokenKind.ArrayOpen,
            (byte)']' => Json5TokenKind.ArrayClose,
            (byte)':' => Json5TokenKind.Colon,
            (byte)',' => Json5TokenKind.Comma,
            _ => Json5TokenKind.End,
        };
        if (mark != Json5TokenKind.End)
        {
            End = ++_at;
            return Kind = mark;
        }
        return Kind = first switch
        {
            (byte)'"' or (byte)'\'' => ReadString(first),
            (>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'+' or (byte)'-' => ReadNumber(),
            _ => ReadWord(),
        };
    }

    /// <summary>Steps over blanks and comments.</summary>
    private bool SkipBlanks()
    {
        while (_at < _text.Length)
        {
            byte value = _text[_at];
            if (value is (byte)' ' or (>= 9 and <= 13))
            {
                _at++;
            }
            else if (value == (byte)'/')
            {
                if (!SkipComment())
                {
                    return false;
                }
            }
            else if (value < 0x80 || !SkipWideBlank())
            {
                return true;
            }
        }
        return true;
    }

    private bool SkipWideBlank()
    {
        Rune.DecodeFromUtf8(_text[_at..], out Rune rune, out int length);
        if (rune.Value is 0xFEFF or 0x2028 or 0x2029 || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
        {
            _at += length;
            return true;
        }
        return false;
    }

    private bool SkipComment()
    {
        ReadOnlySpan<byte> rest = _text[_at..];
        if (rest.StartsWith("/*"u8))
        {
            int close = rest[2..].IndexOf("*/"u8);
            if (close < 0)
            {
                return Fail(Json5Fault.NotClosed, _at, "The comment that starts here never ends.", "Close it with */.");
            }
            _at += close + 4;
            return true;
        }
        if (!rest.StartsWith("//"u8))
        {
            return Fail(Json5Fault.Unexpected, _at, "A single / means nothing here.",
                "Write // or /* */ for a comment, or put text in quotes.");
        }
        int from = 2;
        while (true)
        {
            int stop = rest[from..].IndexOfAny((byte)'\n', (byte)'\r', (byte)0xE2);
            if (stop < 0)
            {
                _at = _text.Length;
                return true;
            }
            from += stop;
            if (rest[from] != 0xE2 || IsLineSeparator(rest[from..]))
            {
                _at += from;
                return true;
            }
            from++;
        }
    }

    /// <summary>Whether the bytes start with U+2028 or U+2029.</summary>
    internal static bool IsLineSeparator(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 3 && bytes[0] == 0xE2 && bytes[1] == 0x80 && bytes[2] is 0xA8 or 0xA9;

    private Json5TokenKind ReadString(byte quote)
    {
        bool plain = quote == (byte)'"';
        int at = _at + 1;
        while (true)
        {
            int stop = _text[at..].IndexOfAny(NotPlain);
            at = stop < 0 ? _text.Length : at + stop;
            if (at == _text.Length || _text[at] is (byte)'\n' or (byte)'\r')
            {
                Fail(Json5Fault.NotClosed, _at, "The string that starts here does not end on its line.",
                    $"Close it with {(char)quote}, or end the line with a backslash to go on.");
                return Json5TokenKind.Invalid;
            }
            byte value = _text[at];
            if (value == quote)
            {
                break;
            }
            if (value == (byte)'\\')
            {
                at++;
                if (at < _text.Length && _text[at] == (byte)'\r' && at + 1 < _text.Length && _text[at + 1] == (byte)'\n')
                {
                    at++;
                }
                if (at == _text.Length)
                {
                    continue; // ends as not closed
                }
            }
            plain &= value == (byte)'\''; // inside double quotes a single quote is plain, all else is not
            at++;
        }
        _at = End = at + 1;
        Plain = plain;
        return Json5TokenKind.String;
    }

    private Json5TokenKind ReadNumber()
    {
        int at = _at + 1;
        bool hex = false;
        while (at < _text.Length)
        {
            byte value = _text[at];
            hex |= value is (byte)'x' or (byte)'X';
            bool sign = value is (byte)'+' or (byte)'-' && !hex && _text[at - 1] is (byte)'e' or (byte)'E';
            if (!sign && !char.IsAsciiLetterOrDigit((char)value) && value is not ((byte)'.' or (byte)'_'))
            {
                break;
            }
            at++;
        }
        _at = End = at;
        return Json5TokenKind.Number;
    }

    private Json5TokenKind ReadWord()
    {
        int at = _at;
        bool plain = true;
        while (at < _text.Length)
        {
            byte value = _text[at];
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'$')
            {
                at++;
            }
            else if (value == (byte)'\\')
            {
                plain = false;
                at += 2; // the escape is checked where the word is written
            }
            else if (value >= 0x80)
            {
                Rune.DecodeFromUtf8(_text[at..], out Rune rune, out int length);
                if (!IsWordRune(rune, at == _at))
                {
                    break;
                }
                at += length;
            }
            else
            {
                break;
            }
        }
        at = Math.Min(at, _text.Length);
        if (at == _at)
        {
            Rune.DecodeFromUtf8(_text[at..], out Rune odd, out _);
            Fail(Json5Fault.Unexpected, at, $"The character {Show(odd)} cannot stand here.", "Remove it, or put text in quotes.");
            return Json5TokenKind.Invalid;
        }
        if (at < _text.Length && _text[at] is (byte)'-' or (byte)'.' or (byte)'@')
        {
            string word = Encoding.UTF8.GetString(_text[_at..at]);
            Fail(Json5Fault.Unexpected, _at, $"{word}{(char)_text[at]}… has to be in quotes.",
                "Only letters, digits, _ and $ may stand without quotes.");
            return Json5TokenKind.Invalid;
        }
        _at = End = at;
        Plain = plain;
        return Json5TokenKind.Word;
    }

    /// <summary>Whether a character may be part of a word: ECMAScript 5.1 §7.6.</summary>
    internal static bool IsWordRune(Rune rune, bool first)
    {
        if (rune.Value is '$' or '_' || (!first && rune.Value is 0x200C or 0x200D))
        {
            return rune.Value is '$' or '_' || !first;
        }
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber => true,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => !first,
            _ => false,
        };
    }

    private static string Show(Rune rune) =>
        Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? $"U+{rune.Value:X4}" : rune.ToString();

    private bool Fail(Json5Fault fault, int offset, string what, string fix)
    {
        Failure = new Json5Failure(fault, offset, what, fix);
        return false;
    }
}

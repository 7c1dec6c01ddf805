using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Writes JSON5 strings, words and numbers as JSON.</summary>
internal static class Json5Scalars
{
    private const string KnownEscapes = "Known are \\n \\t \\r \\b \\f \\v \\0 \\\\ \\' \\\" \\xHH and \\uHHHH.";

    /// <summary>Appends the text between the quotes (or of a word) as a JSON string.</summary>
    public static bool TryWriteString(ReadOnlySpan<byte> text, int start, int end, ref Json5Buffer json, out Json5Failure failure)
    {
        failure = default;
        json.Append((byte)'"');
        int at = start;
        while (at < end)
        {
            byte value = text[at];
            if (value == (byte)'\\')
            {
                if (!TryWriteEscape(text, ref at, end, ref json, out failure))
                {
                    return false;
                }
            }
            else if (value is (byte)'"')
            {
                json.Append("\\\""u8);
                at++;
            }
            else if (value < 0x20)
            {
                json.AppendEscape(value);
                at++;
            }
            else
            {
                json.Append(value);
                at++;
            }
        }
        json.Append((byte)'"');
        return true;
    }

    private static bool TryWriteEscape(
        ReadOnlySpan<byte> text, ref int at, int end, ref Json5Buffer json, out Json5Failure failure)
    {
        failure = default;
        int backslash = at++;
        byte kind = at < end ? text[at] : (byte)0;
        switch (kind)
        {
            case (byte)'n' or (byte)'t' or (byte)'r' or (byte)'b' or (byte)'f' or (byte)'\\' or (byte)'"' or (byte)'/':
                json.Append((byte)'\\');
                json.Append(kind);
                at++;
                return true;
            case (byte)'v':
                json.AppendEscape(0x0B);
                at++;
                return true;
            case (byte)'\n':
                at++;
                return true;
            case (byte)'\r':
                at += at + 1 < end && text[at + 1] == (byte)'\n' ? 2 : 1;
                return true;
            case (byte)'0' when at + 1 >= end || !char.IsAsciiDigit((char)text[at + 1]):
                json.AppendEscape(0);
                at++;
                return true;
            case (byte)'x':
                if (!TryReadHex(text, at + 1, 2, end, out int latin))
                {
                    break;
                }
                json.AppendRune(new Rune(latin));
                at += 3;
                return true;
            case (byte)'u':
                return TryWriteUnicode(text, backslash, ref at, end, ref json, out failure);
            case >= (byte)'0' and <= (byte)'9':
                break;
            default:
                if (at >= end)
                {
                    break;
                }
                if (Json5Lexer.IsLineSeparator(text[at..end]))
                {
                    at += 3;
                }
                return true; // any other character stands for itself and is copied by the caller, unless it is special
        }
        failure = new Json5Failure(Json5Fault.BadEscape, backslash, "This backslash sequence is not known.", KnownEscapes);
        return false;
    }

    private static bool TryWriteUnicode(
        ReadOnlySpan<byte> text, int backslash, ref int at, int end, ref Json5Buffer json, out Json5Failure failure)
    {
        failure = new Json5Failure(Json5Fault.BadEscape, backslash, "\\u needs four hexadecimal digits.", KnownEscapes);
        if (!TryReadHex(text, at + 1, 4, end, out int unit))
        {
            return false;
        }
        at += 5;
        if (!char.IsSurrogate((char)unit))
        {
            json.AppendRune(new Rune(unit));
            return true;
        }
        if (char.IsHighSurrogate((char)unit) && at + 1 < end && text[at] == (byte)'\\' && text[at + 1] == (byte)'u'
            && TryReadHex(text, at + 2, 4, end, out int low) && char.IsLowSurrogate((char)low))
        {
            json.AppendRune(new Rune((char)unit, (char)low));
            at += 6;
            return true;
        }
        failure = new Json5Failure(Json5Fault.BadEscape, backslash, "Half of a surrogate pair is no character.",
            "Write both halves, or the character itself.");
        return false;
    }

    private static bool TryReadHex(ReadOnlySpan<byte> text, int at, int digits, int end, out int value)
    {
        value = 0;
        return at + digits <= end
            && int.TryParse(text.Slice(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Appends a JSON5 number as a JSON number.</summary>
    public static bool TryWriteNumber(ReadOnlySpan<byte> text, int start, int end, ref Json5Buffer json, out Json5Failure failure)
    {
        failure = default;
        ReadOnlySpan<byte> token = text[start..end];
        bool negative = token[0] == (byte)'-';
        ReadOnlySpan<byte> digits = negative || token[0] == (byte)'+' ? token[1..] : token;
        if (digits.SequenceEqual("Infinity"u8) || digits.SequenceEqual("NaN"u8))
        {
            failure = NotInJson(start, Encoding.UTF8.GetString(token));
            return false;
        }
        if (digits.Length > 2 && digits[0] == (byte)'0' && digits[1] is (byte)'x' or (byte)'X')
        {
            if (!UInt128.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 hex))
            {
                failure = BadNumber(start, token, "After 0x only hexadecimal digits may follow, at most 32.");
                return false;
            }
            json.Append(Encoding.ASCII.GetBytes((negative ? "-" : "") + hex.ToString(CultureInfo.InvariantCulture)));
            return true;
        }
        return TryWriteDecimal(digits, negative, start, token, ref json, out failure);
    }

    /// <summary>The failure for Infinity and NaN.</summary>
    public static Json5Failure NotInJson(int offset, string token) =>
        new(Json5Fault.NotInJson, offset, $"{token} is a number of JSON5 that no setting can hold.", "Write a finite number.");

    private static bool TryWriteDecimal(
        ReadOnlySpan<byte> digits, bool negative, int offset, ReadOnlySpan<byte> token, ref Json5Buffer json,
        out Json5Failure failure)
    {
        failure = default;
        int whole = CountDigits(digits);
        int at = whole;
        int fraction = 0;
        int fractionAt = at;
        if (at < digits.Length && digits[at] == (byte)'.')
        {
            fractionAt = at + 1;
            fraction = CountDigits(digits[fractionAt..]);
            at = fractionAt + fraction;
        }
        int exponentAt = at;
        if (at < digits.Length && digits[at] is (byte)'e' or (byte)'E')
        {
            at++;
            at += at < digits.Length && digits[at] is (byte)'+' or (byte)'-' ? 1 : 0;
            int exponent = CountDigits(digits[at..]);
            at = exponent == 0 ? -1 : at + exponent;
        }
        if (at != digits.Length || whole + fraction == 0)
        {
            failure = BadNumber(offset, token, "Write a number such as 18789, or put text in quotes.");
            return false;
        }
        if (whole > 1 && digits[0] == (byte)'0')
        {
            failure = BadNumber(offset, token, "Remove the leading zeros, or put text in quotes.");
            return false;
        }
        json.Append(negative ? "-"u8 : default);
        json.Append(whole == 0 ? "0"u8 : digits[..whole]);
        if (fraction > 0)
        {
            json.Append((byte)'.');
            json.Append(digits.Slice(fractionAt, fraction));
        }
        json.Append(digits[exponentAt..]);
        return true;
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        int count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length : count;
    }

    private static Json5Failure BadNumber(int offset, ReadOnlySpan<byte> token, string fix) =>
        new(Json5Fault.BadNumber, offset, $"{Encoding.UTF8.GetString(token[..Math.Min(token.Length, 40)])} is not a number.", fix);
}

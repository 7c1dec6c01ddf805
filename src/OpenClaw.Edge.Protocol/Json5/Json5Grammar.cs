using System.Text;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>What to say about a token that stands where it cannot.</summary>
internal static class Json5Grammar
{
    private const int ShownBytes = 40;

    public static Json5Failure MissingComma(ReadOnlySpan<byte> text, in Json5Lexer lexer, int opened, bool isObject)
    {
        if (lexer.Kind == Json5TokenKind.Invalid)
        {
            return lexer.Failure;
        }
        if (lexer.Kind == Json5TokenKind.End)
        {
            return NotClosed(in lexer, opened, isObject);
        }
        if (lexer.Kind is Json5TokenKind.ObjectClose or Json5TokenKind.ArrayClose)
        {
            return WrongClose(in lexer, isObject);
        }
        return new Json5Failure(Json5Fault.Unexpected, lexer.Start,
            $"A comma is missing before {Show(text, in lexer)}.", "Put a comma after the value before it.");
    }

    public static Json5Failure NotClosed(in Json5Lexer lexer, int opened, bool isObject) =>
        lexer.Kind == Json5TokenKind.Invalid ? lexer.Failure : new Json5Failure(Json5Fault.NotClosed, opened,
            $"The {(isObject ? '{' : '[')} that opens here is never closed.",
            $"Add {(isObject ? '}' : ']')} where it ends.");

    public static Json5Failure NoKey(ReadOnlySpan<byte> text, in Json5Lexer lexer) => lexer.Kind switch
    {
        Json5TokenKind.Invalid => lexer.Failure,
        Json5TokenKind.Number => new Json5Failure(Json5Fault.Unexpected, lexer.Start,
            $"A key cannot be the number {Show(text, in lexer)}.", "Put the key in quotes."),
        Json5TokenKind.Comma => new Json5Failure(Json5Fault.Unexpected, lexer.Start,
            "There is a comma too many.", "Remove it."),
        Json5TokenKind.ArrayClose => WrongClose(in lexer, isObject: true),
        _ => new Json5Failure(Json5Fault.Unexpected, lexer.Start,
            $"Here a key is expected, not {Show(text, in lexer)}.", "Write key: value, or close the object with }."),
    };

    public static Json5Failure NoColon(ReadOnlySpan<byte> text, in Json5Lexer lexer, int keyStart, int keyEnd)
    {
        if (lexer.Kind == Json5TokenKind.Invalid)
        {
            return lexer.Failure;
        }
        string key = Encoding.UTF8.GetString(text[keyStart..Math.Min(keyEnd, keyStart + ShownBytes)]);
        bool assigned = lexer.Kind == Json5TokenKind.Word || lexer.Start >= text.Length;
        return new Json5Failure(Json5Fault.Unexpected, assigned ? keyStart : lexer.Start,
            $"A colon is missing after the key {key}.", $"Write {key}: value.");
    }

    public static Json5Failure NoValue(ReadOnlySpan<byte> text, in Json5Lexer lexer) => lexer.Kind switch
    {
        Json5TokenKind.Invalid => lexer.Failure,
        Json5TokenKind.End => new Json5Failure(Json5Fault.NotClosed, lexer.Start,
            "The text ends where a value is expected.", "Complete it."),
        Json5TokenKind.Comma => new Json5Failure(Json5Fault.Unexpected, lexer.Start,
            "There is a comma where a value is expected.", "Remove the comma, or write the value."),
        _ => new Json5Failure(Json5Fault.Unexpected, lexer.Start,
            $"Here a value is expected, not {Show(text, in lexer)}.", "Write a value."),
    };

    public static Json5Failure UnknownWord(int offset, ReadOnlySpan<byte> word)
    {
        string text = Encoding.UTF8.GetString(word[..Math.Min(word.Length, ShownBytes)]);
        if (text is "Infinity" or "NaN")
        {
            return Json5Scalars.NotInJson(offset, text);
        }
        string fix = text.ToUpperInvariant() switch
        {
            "TRUE" or "YES" or "ON" => "Write true.",
            "FALSE" or "NO" or "OFF" => "Write false, or put the text in quotes.",
            "NULL" or "NONE" or "NIL" or "UNDEFINED" => "Write null.",
            _ => $"Put text in quotes: \"{text}\".",
        };
        return new Json5Failure(Json5Fault.Unexpected, offset, $"{text} stands without quotes.", fix);
    }

    /// <summary>Checks a word with escapes: each must be <c>\uHHHH</c> of a character that a word may have.</summary>
    public static bool TryCheckWord(ReadOnlySpan<byte> word, int offset, out Json5Failure failure)
    {
        failure = default;
        for (int at = 0; at < word.Length; at++)
        {
            if (word[at] != (byte)'\\')
            {
                continue;
            }
            bool known = at + 6 <= word.Length && word[at + 1] == (byte)'u'
                && ushort.TryParse(word.Slice(at + 2, 4), System.Globalization.NumberStyles.AllowHexSpecifier,
                    System.Globalization.CultureInfo.InvariantCulture, out ushort unit)
                && Rune.TryCreate((char)unit, out Rune rune)
                && (Json5Lexer.IsWordRune(rune, at == 0) || (at > 0 && Rune.IsDigit(rune)));
            if (!known)
            {
                failure = new Json5Failure(Json5Fault.BadEscape, offset + at, "This backslash cannot stand outside quotes.",
                    "Put the key in quotes.");
                return false;
            }
        }
        return true;
    }

    private static Json5Failure WrongClose(in Json5Lexer lexer, bool isObject) => isObject
        ? new Json5Failure(Json5Fault.Unexpected, lexer.Start, "An object is closed with ].", "Write } here.")
        : new Json5Failure(Json5Fault.Unexpected, lexer.Start, "A list is closed with }.", "Write ] here.");

    private static string Show(ReadOnlySpan<byte> text, in Json5Lexer lexer) =>
        lexer.Kind == Json5TokenKind.End
            ? "the end of the text"
            : Encoding.UTF8.GetString(text[lexer.Start..Math.Min(lexer.End, lexer.Start + ShownBytes)]);
}

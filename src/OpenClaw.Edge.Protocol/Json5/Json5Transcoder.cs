using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Turns JSON5 text into UTF-8 JSON in one pass. Never throws on input.
/// Source: https://spec.json5.org (1.0.0).</summary>
public static class Json5Transcoder
{
    /// <summary>Largest text taken unless the caller says otherwise: 1 MiB, fifty times a large configuration.</summary>
    public const int DefaultMaxBytes = 1024 * 1024;

    /// <summary>Deepest nesting of brackets; also the default of System.Text.Json.</summary>
    public const int MaxDepth = 64;

    /// <summary>Transcodes one value. On failure the error names line, column, what is wrong and what to write instead.</summary>
    public static bool TryTranscode(
        ReadOnlyMemory<byte> utf8,
        [NotNullWhen(true)] out Json5Document? document,
        [NotNullWhen(false)] out Json5Error? error,
        int maxBytes = DefaultMaxBytes)
    {
        document = null;
        if (!TryAccept(utf8.Span, maxBytes, out Json5Failure failure))
        {
            error = failure.At(utf8.Span);
            return false;
        }
        var json = new Json5Buffer(utf8.Length + 16);
        if (!TryWrite(utf8.Span, ref json, out failure))
        {
            error = failure.At(utf8.Span);
            return false;
        }
        document = new Json5Document(utf8, json.ToMemory(), json.ToMap());
        error = null;
        return true;
    }

    /// <summary>Checks size and encoding.</summary>
    internal static bool TryAccept(ReadOnlySpan<byte> text, int maxBytes, out Json5Failure failure)
    {
        failure = default;
        if (text.Length > maxBytes)
        {
            failure = new Json5Failure(Json5Fault.TooLarge, 0, $"The text has {text.Length} bytes; at most {maxBytes} are read.",
                "Move parts into files of their own and pull them in with $include.");
            return false;
        }
        if (!Utf8.IsValid(text))
        {
            failure = new Json5Failure(Json5Fault.BadEncoding, FirstInvalid(text), "This byte is not UTF-8.",
                "Save the file as UTF-8.");
            return false;
        }
        return true;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length && Rune.DecodeFromUtf8(text[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }
        return at;
    }

    private static bool TryWrite(ReadOnlySpan<byte> text, ref Json5Buffer json, out Json5Failure failure)
    {
        var lexer = new Json5Lexer(text);
        if (lexer.Next() == Json5TokenKind.End)
        {
            failure = new Json5Failure(Json5Fault.Empty, 0, "There is nothing here.", "Write at least {}.");
            return false;
        }
        Span<int> opened = stackalloc int[MaxDepth];
        ulong objects = 0; // bit d: the bracket at depth d is an object's
        int depth = 0;
        while (true)
        {
            // here a value starts
            bool opens = lexer.Kind is Json5TokenKind.ObjectOpen or Json5TokenKind.ArrayOpen;
            if (opens)
            {
                if (depth == MaxDepth)
                {
                    failure = new Json5Failure(Json5Fault.TooDeep, lexer.Start, $"Brackets are nested deeper than {MaxDepth}.",
                        "Flatten this part.");
                    return false;
                }
                ulong bit = 1UL << depth;
                objects = lexer.Kind == Json5TokenKind.ObjectOpen ? objects | bit : objects & ~bit;
                opened[depth++] = lexer.Start;
                json.Mark(lexer.Start);
                json.Append(text[lexer.Start]);
            }
            else if (!TryWriteScalar(text, ref lexer, ref json, out failure))
            {
                return false;
            }
            lexer.Next();
            if (!TryContinue(text, ref lexer, ref json, opened, ref depth, objects, opens, out failure, out bool done))
            {
                return false;
            }
            if (done)
            {
                return true;
            }
        }
    }

    /// <summary>From after a value, or just inside a bracket, to the start of the next value: commas, closing brackets,
    /// the next key.</summary>
    private static bool TryContinue(
        ReadOnlySpan<byte> text, ref Json5Lexer lexer, ref Json5Buffer json, scoped ReadOnlySpan<int> opened, ref int depth,
        ulong objects, bool first, out Json5Failure failure, out bool done)
    {
        done = false;
        while (depth > 0)
        {
            bool isObject = (objects >> (depth - 1) & 1) != 0;
            bool comma = false;
            if (!first && lexer.Kind == Json5TokenKind.Comma)
            {
                comma = true;
                lexer.Next();
            }
            if (lexer.Kind == (isObject ? Json5TokenKind.ObjectClose : Json5TokenKind.ArrayClose))
            {
                json.Mark(lexer.Start);
                json.Append(isObject ? (byte)'}' : (byte)']');
                depth--;
                first = false;
                lexer.Next();
                continue;
            }
            if (!first && !comma)
            {
                failure = Json5Grammar.MissingComma(text, in lexer, opened[depth - 1], isObject);
                return false;
            }
            if (!first)
            {
                json.Append((byte)',');
            }
            if (lexer.Kind == Json5TokenKind.End)
            {
                failure = Json5Grammar.NotClosed(in lexer, opened[depth - 1], isObject);
                return false;
            }
            return isObject ? TryWriteKey(text, ref lexer, ref json, out failure) : Succeed(out failure);
        }
        done = true;
        if (lexer.Kind != Json5TokenKind.End)
        {
            failure = lexer.Kind == Json5TokenKind.Invalid ? lexer.Failure : new Json5Failure(Json5Fault.TrailingText,
                lexer.Start, "The value has ended, but text follows.", "Remove it, or check for a bracket closed too early.");
            return false;
        }
        return Succeed(out failure);
    }

    private static bool TryWriteKey(
        ReadOnlySpan<byte> text, ref Json5Lexer lexer, ref Json5Buffer json, out Json5Failure failure)
    {
        if (lexer.Kind is not (Json5TokenKind.String or Json5TokenKind.Word))
        {
            failure = Json5Grammar.NoKey(text, in lexer);
            return false;
        }
        json.Mark(lexer.Start);
        if (!TryWriteText(text, in lexer, ref json, out failure))
        {
            return false;
        }
        int keyStart = lexer.Start;
        int keyEnd = lexer.End;
        if (lexer.Next() != Json5TokenKind.Colon)
        {
            failure = Json5Grammar.NoColon(text, in lexer, keyStart, keyEnd);
            return false;
        }
        json.Append((byte)':');
        lexer.Next();
        return true;
    }

    private static bool TryWriteScalar(
        ReadOnlySpan<byte> text, ref Json5Lexer lexer, ref Json5Buffer json, out Json5Failure failure)
    {
        json.Mark(lexer.Start);
        switch (lexer.Kind)
        {
            case Json5TokenKind.String:
                return TryWriteText(text, in lexer, ref json, out failure);
            case Json5TokenKind.Number:
                return Json5Scalars.TryWriteNumber(text, lexer.Start, lexer.End, ref json, out failure);
            case Json5TokenKind.Word:
                ReadOnlySpan<byte> word = text[lexer.Start..lexer.End];
                if (word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8) || word.SequenceEqual("null"u8))
                {
                    json.Append(word);
                    return Succeed(out failure);
                }
                failure = Json5Grammar.UnknownWord(lexer.Start, word);
                return false;
            default:
                failure = Json5Grammar.NoValue(text, in lexer);
                return false;
        }
    }

    private static bool TryWriteText(
        ReadOnlySpan<byte> text, in Json5Lexer lexer, ref Json5Buffer json, out Json5Failure failure)
    {
        bool quoted = lexer.Kind == Json5TokenKind.String;
        if (lexer.Plain)
        {
            json.Append(quoted ? default : "\""u8);
            json.Append(text[lexer.Start..lexer.End]);
            json.Append(quoted ? default : "\""u8);
            return Succeed(out failure);
        }
        int inset = quoted ? 1 : 0;
        return !quoted && !Json5Grammar.TryCheckWord(text[lexer.Start..lexer.End], lexer.Start, out failure)
            ? false
            : Json5Scalars.TryWriteString(text, lexer.Start + inset, lexer.End - inset, ref json, out failure);
    }

    private static bool Succeed(out Json5Failure failure)
    {
        failure = default;
        return true;
    }
}

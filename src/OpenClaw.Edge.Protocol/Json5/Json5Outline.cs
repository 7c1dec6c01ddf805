using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Where the members of one object, or the items of one list, stand in a text that is known to be good.</summary>
internal sealed class Json5Outline
{
    private Json5Outline(bool isObject, int open) => (IsObject, Open) = (isObject, open);

    public bool IsObject { get; }

    /// <summary>Offset of the opening bracket.</summary>
    public int Open { get; }

    /// <summary>Offset of the closing bracket.</summary>
    public int Close { get; private set; }

    /// <summary>Members or items in order.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>The outline of the object or list at this offset; null when a scalar stands there.</summary>
    public static Json5Outline? At(ReadOnlySpan<byte> text, int offset)
    {
        var lexer = new Json5Lexer(text, offset);
        Json5TokenKind first = lexer.Next();
        if (first is not (Json5TokenKind.ObjectOpen or Json5TokenKind.ArrayOpen))
        {
            return null;
        }
        var outline = new Json5Outline(first == Json5TokenKind.ObjectOpen, lexer.Start);
        lexer.Next();
        while (lexer.Kind is not (Json5TokenKind.ObjectClose or Json5TokenKind.ArrayClose or Json5TokenKind.End or Json5TokenKind.Invalid))
        {
            int start = lexer.Start;
            string key = "";
            if (outline.IsObject)
            {
                key = TextOf(text, in lexer);
                lexer.Next(); // the colon
                lexer.Next();
            }
            int valueStart = lexer.Start;
            int valueEnd = SkipValue(ref lexer);
            int comma = lexer.Kind == Json5TokenKind.Comma ? lexer.Start : -1;
            if (comma >= 0)
            {
                lexer.Next();
            }
            outline.Entries.Add(new Entry(key, start, valueStart, valueEnd, comma));
        }
        outline.Close = lexer.Start;
        return outline;
    }

    /// <summary>Offset of the first token, behind comments; the length of the text when there is none.</summary>
    public static int FirstToken(ReadOnlySpan<byte> text)
    {
        var lexer = new Json5Lexer(text);
        lexer.Next();
        return lexer.Start;
    }

    private static int SkipValue(ref Json5Lexer lexer)
    {
        int depth = 0;
        int end;
        do
        {
            depth += lexer.Kind switch
            {
                Json5TokenKind.ObjectOpen or Json5TokenKind.ArrayOpen => 1,
                Json5TokenKind.ObjectClose or Json5TokenKind.ArrayClose => -1,
                _ => 0,
            };
            end = lexer.End;
        }
        while (lexer.Next() is not (Json5TokenKind.End or Json5TokenKind.Invalid) && depth > 0);
        return end;
    }

    private static string TextOf(ReadOnlySpan<byte> text, in Json5Lexer lexer)
    {
        int inset = lexer.Kind == Json5TokenKind.String ? 1 : 0;
        var json = new Json5Buffer(lexer.End - lexer.Start + 2);
        if (!Json5Scalars.TryWriteString(text, lexer.Start + inset, lexer.End - inset, ref json, out _))
        {
            return Encoding.UTF8.GetString(text[lexer.Start..lexer.End]);
        }
        var reader = new Utf8JsonReader(json.ToMemory().Span);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>One member or item.</summary>
    /// <param name="Key">Decoded key; empty in a list.</param>
    /// <param name="Start">First byte: of the key, or of the item.</param>
    /// <param name="ValueStart">First byte of the value.</param>
    /// <param name="ValueEnd">Byte after the value.</param>
    /// <param name="Comma">Offset of the comma behind it, or -1.</param>
    internal readonly record struct Entry(string Key, int Start, int ValueStart, int ValueEnd, int Comma)
    {
        /// <summary>Byte after the value and its comma.</summary>
        public int End => Comma >= 0 ? Comma + 1 : ValueEnd;
    }
}

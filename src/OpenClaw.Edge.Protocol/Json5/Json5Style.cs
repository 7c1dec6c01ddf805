using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Writes changes the way the text around them is written: its indentation, its quotes, its line ends.</summary>
internal readonly ref struct Json5Style
{
    private const int ShortValue = 60;

    private readonly ReadOnlySpan<byte> _text;
    private readonly string _newLine;

    public Json5Style(ReadOnlySpan<byte> text)
    {
        _text = text;
        _newLine = text.IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
    }

    /// <summary>The value inside the objects and lists that the rest of a path asks for.</summary>
    public static ReadOnlyMemory<byte> Nest(IReadOnlyList<object> path, int from, ReadOnlyMemory<byte> json)
    {
        string nested = Encoding.UTF8.GetString(json.Span);
        for (int i = path.Count - 1; i >= from; i--)
        {
            nested = path[i] is string key ? $"{{{Quote(key)}:{nested}}}" : $"[{nested}]";
        }
        return Encoding.UTF8.GetBytes(nested);
    }

    public static int EndOf(ReadOnlySpan<byte> text, int at)
    {
        if (Json5Outline.At(text, at) is Json5Outline outline)
        {
            return outline.Close + 1;
        }
        var lexer = new Json5Lexer(text, at);
        lexer.Next();
        return lexer.End;
    }

    public byte[] Replace(int start, int end, ReadOnlyMemory<byte> json) =>
        Splice(start, end, Pretty(json, IndentAt(start)));

    public byte[] Insert(Json5Outline outline, string? key, ReadOnlyMemory<byte> json)
    {
        bool many = outline.Entries.Count > 0;
        bool lines = many
            ? _text[outline.Open..outline.Entries[0].Start].Contains((byte)'\n')
            : outline.IsObject || _text[outline.Open..outline.Close].Contains((byte)'\n');
        string outer = IndentAt(outline.Open);
        string inner = many && lines ? IndentAt(outline.Entries[0].Start) : outer + Unit();
        string name = key is null ? "" : (QuotesKeys(outline) || !IsWord(key) ? Quote(key) : key) + ": ";
        string member = name + Pretty(json, lines ? inner : outer);
        if (!many)
        {
            // comments inside an empty object stay above the new member
            ReadOnlySpan<byte> inside = _text[(outline.Open + 1)..outline.Close].TrimEnd(" \t\r\n"u8);
            int start = outline.Open + 1 + inside.Length;
            return Splice(start, outline.Close, lines ? $"{_newLine}{inner}{member}{_newLine}{outer}" : member);
        }
        Json5Outline.Entry last = outline.Entries[^1];
        string comma = last.Comma >= 0 ? "," : "";
        if (!lines)
        {
            return Splice(last.End, last.End, (last.Comma >= 0 ? " " : ", ") + member + comma);
        }
        int lineEnd = EndOfLine(last.End, outline.Close);
        string before = last.Comma >= 0 ? "" : ",";
        string between = Encoding.UTF8.GetString(_text[last.End..lineEnd]);
        string tail = lineEnd == outline.Close ? _newLine + outer : "";
        return Splice(last.End, lineEnd, $"{before}{between.TrimEnd()}{_newLine}{inner}{member}{comma}{tail}");
    }

    public byte[] Remove(Json5Outline outline, int index)
    {
        Json5Outline.Entry entry = outline.Entries[index];
        bool last = index == outline.Entries.Count - 1;
        int start = entry.Start;
        int end = entry.End;
        int lineStart = LineStart(start);
        int lineEnd = EndOfLine(end, outline.Close);
        bool ownLines = _text[lineStart..start].IndexOfAnyExcept((byte)' ', (byte)'\t') < 0
            && lineEnd < _text.Length && _text[lineEnd] is (byte)'\n' or (byte)'\r';
        if (ownLines)
        {
            start = lineStart;
            end = lineEnd + (_text[lineEnd] == (byte)'\r' && lineEnd + 1 < _text.Length && _text[lineEnd + 1] == (byte)'\n' ? 2 : 1);
        }
        else if (!last)
        {
            (start, end) = WithoutNext(start, end, lineEnd, outline.Entries[index + 1].Start);
        }
        byte[] removed = Splice(start, end, "");
        // a last member without comma leaves its neighbour last: that one had none in this style either
        int orphan = last && entry.Comma < 0 && index > 0 ? outline.Entries[index - 1].Comma : -1;
        if (orphan < 0)
        {
            return removed;
        }
        int orphanEnd = orphan + 1;
        while (!ownLines && orphanEnd < start && _text[orphanEnd] is (byte)' ')
        {
            orphanEnd++;
        }
        return [.. removed[..orphan], .. removed[orphanEnd..]];
    }

    /// <summary>What goes with a member that shares its line: the comment on the rest of that line is its own, comments
    /// further on belong to the next member and stay.</summary>
    private (int Start, int End) WithoutNext(int start, int end, int lineEnd, int next)
    {
        bool lineIsOver = lineEnd < next && _text[lineEnd] is (byte)'\n' or (byte)'\r';
        int rest = lineIsOver ? lineEnd : end;
        int blanks = _text[rest..next].IndexOfAnyExcept(" \t\r\n"u8);
        if (blanks < 0)
        {
            return (start, next);
        }
        return lineIsOver ? (_text[..start].TrimEnd(" \t"u8).Length, lineEnd) : (start, end + blanks);
    }

    private byte[] Splice(int start, int end, string insert) =>
        [.. _text[..start], .. Encoding.UTF8.GetBytes(insert), .. _text[end..]];

    /// <summary>Short values on one line, long ones indented like their surroundings.</summary>
    private string Pretty(ReadOnlyMemory<byte> json, string indent)
    {
        if (json.Length <= ShortValue || json.Span[0] is not ((byte)'{' or (byte)'['))
        {
            return Encoding.UTF8.GetString(json.Span);
        }
        var buffer = new ArrayBufferWriter<byte>(json.Length * 2);
        var options = new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            var reader = new Utf8JsonReader(json.Span);
            JsonElement.ParseValue(ref reader).WriteTo(writer);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan).Replace("\n", _newLine + indent, StringComparison.Ordinal);
    }

    private bool QuotesKeys(Json5Outline outline)
    {
        Json5Outline? model = outline.Entries.Count > 0 ? outline : Json5Outline.At(_text, Json5Outline.FirstToken(_text));
        return model is { IsObject: true, Entries.Count: > 0 } && _text[model.Entries[0].Start] is (byte)'"' or (byte)'\'';
    }

    /// <summary>One step of indentation: that of the first member, else two spaces.</summary>
    private string Unit()
    {
        if (Json5Outline.At(_text, Json5Outline.FirstToken(_text)) is { Entries.Count: > 0 } root)
        {
            string inner = IndentAt(root.Entries[0].Start);
            string outer = IndentAt(root.Open);
            if (inner.Length > outer.Length)
            {
                return inner[outer.Length..];
            }
        }
        return "  ";
    }

    private string IndentAt(int offset)
    {
        int start = LineStart(offset);
        int length = _text[start..offset].IndexOfAnyExcept((byte)' ', (byte)'\t');
        return Encoding.UTF8.GetString(_text.Slice(start, length < 0 ? offset - start : length));
    }

    private int LineStart(int offset) => _text[..offset].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;

    /// <summary>From behind a member: the end of its line when only blanks and comments that end there follow, else the
    /// place itself.</summary>
    private int EndOfLine(int from, int limit)
    {
        int at = from;
        while (at < limit && _text[at] is not ((byte)'\n' or (byte)'\r'))
        {
            if (_text[at] is (byte)' ' or (byte)'\t')
            {
                at++;
            }
            else if (_text[at..].StartsWith("//"u8))
            {
                int end = _text[at..].IndexOfAny((byte)'\n', (byte)'\r');
                return end < 0 ? limit : at + end;
            }
            else if (_text[at..].StartsWith("/*"u8) && _text[at..].IndexOf("*/"u8) is int close and > 0
                && !_text.Slice(at, close).Contains((byte)'\n'))
            {
                at += close + 2;
            }
            else
            {
                return from;
            }
        }
        return at;
    }

    private static bool IsWord(string key) =>
        key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');

    private static string Quote(string key) =>
        $"\"{JsonEncodedText.Encode(key, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}

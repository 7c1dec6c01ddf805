using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads what models write when they mean JSON: single quotes, names without quotes, commas too many or too few, words of
/// Python, line breaks in strings, brackets that are never closed. A string that is never closed is refused: its end is
/// unknown. Never throws on input.</summary>
internal static class LooseJson
{
    private const int MaxDepth = 32;

    /// <summary>Reads one value from <paramref name="at"/> on and leaves <paramref name="at"/> behind it.</summary>
    public static bool TryRead(string text, ref int at, StringBuilder json) => Value(text, ref at, json, 0);

    /// <summary>Reads a text that is one value and nothing else.</summary>
    public static bool TryRead(string text, out string json)
    {
        StringBuilder built = new(text.Length + 16);
        int at = 0;
        bool whole = Value(text, ref at, built, 0) && string.IsNullOrWhiteSpace(text[at..]);
        json = whole ? built.ToString() : "";
        return whole;
    }

    private static bool Value(string text, ref int at, StringBuilder json, int depth)
    {
        SkipSpace(text, ref at);
        if (at >= text.Length || depth > MaxDepth)
        {
            return false;
        }

        return text[at] switch
        {
            '{' => Object(text, ref at, json, depth),
            '[' => Array(text, ref at, json, depth),
            '"' or '\'' or '“' or '`' => String(text, ref at, json),
            _ => Word(text, ref at, json),
        };
    }

    private static bool Object(string text, ref int at, StringBuilder json, int depth)
    {
        at++;
        json.Append('{');
        for (bool first = true; ; first = false)
        {
            SkipSeparators(text, ref at);
            if (at >= text.Length || text[at] == '}')
            {
                at = Math.Min(at + 1, text.Length);
                json.Append('}');
                return true;
            }

            if (!first)
            {
                json.Append(',');
            }

            if (!Key(text, ref at, json))
            {
                return false;
            }

            SkipSpace(text, ref at);
            if (at >= text.Length || text[at] is not (':' or '='))
            {
                return false;
            }

            at++;
            json.Append(':');
            if (!Value(text, ref at, json, depth + 1))
            {
                return false;
            }
        }
    }

    private static bool Array(string text, ref int at, StringBuilder json, int depth)
    {
        at++;
        json.Append('[');
        for (bool first = true; ; first = false)
        {
            SkipSeparators(text, ref at);
            if (at >= text.Length || text[at] == ']')
            {
                at = Math.Min(at + 1, text.Length);
                json.Append(']');
                return true;
            }

            if (!first)
            {
                json.Append(',');
            }

            if (!Value(text, ref at, json, depth + 1))
            {
                return false;
            }
        }
    }

    private static bool Key(string text, ref int at, StringBuilder json)
    {
        if (text[at] is '"' or '\'' or '“')
        {
            return String(text, ref at, json);
        }

        int start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-' or '$'))
        {
            at++;
        }

        Quote(json, text[start..at]);
        return at > start;
    }

    private static bool String(string text, ref int at, StringBuilder json)
    {
        char close = text[at] == '“' ? '”' : text[at];
        StringBuilder value = new();
        for (at++; at < text.Length; at++)
        {
            char c = text[at];
            if (c == close && (c != '\'' || EndsHere(text, at + 1)))
            {
                at++;
                Quote(json, value.ToString());
                return true;
            }

            if (c == '\\' && at + 1 < text.Length)
            {
                Escape(text, ref at, value);
            }
            else
            {
                value.Append(c);
            }
        }

        return false;
    }

    // An apostrophe inside a single-quoted string is not its end.
    private static bool EndsHere(string text, int at)
    {
        SkipSpace(text, ref at);
        return at >= text.Length || text[at] is ',' or '}' or ']' or ':' or ')' or '=';
    }

    private static void Escape(string text, ref int at, StringBuilder value)
    {
        char c = text[++at];
        switch (c)
        {
            case 'n': value.Append('\n'); break;
            case 't': value.Append('\t'); break;
            case 'r': value.Append('\r'); break;
            case 'b': value.Append('\b'); break;
            case 'f': value.Append('\f'); break;
            case '"' or '\'' or '\\' or '/' or '`': value.Append(c); break;
            case 'u' when at + 4 < text.Length
                && ushort.TryParse(text.AsSpan(at + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out ushort unit):
                value.Append((char)unit);
                at += 4;
                break;
            default: value.Append('\\').Append(c); break; // C:\docs, \d+
        }
    }

    private static bool Word(string text, ref int at, StringBuilder json)
    {
        int start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-' or '+' or '.'))
        {
            at++;
        }

        string word = text[start..at];
        string? written = word switch
        {
            "true" or "True" => "true",
            "false" or "False" => "false",
            "null" or "None" or "undefined" => "null",
            _ => IsNumber(word) ? word : null,
        };
        json.Append(written);
        return written is not null;
    }

    private static bool IsNumber(string word)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(word);
            return document.RootElement.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Quote(StringBuilder json, string value) =>
        json.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)).Append('"');

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private static void SkipSeparators(string text, ref int at)
    {
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == ','))
        {
            at++;
        }
    }
}

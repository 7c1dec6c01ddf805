using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Skills;

/// <summary>Reads one value in YAML's flow style, which JSON is a part of: <c>{ a: [b, "c"] }</c>, or a quoted text.
/// Trailing commas and comments are allowed, as in JSON5. Used once, by one thread.</summary>
internal sealed class YamlFlow(string text, Utf8JsonWriter json, int maxDepth)
{
    private int _at;
    private string _problem = "";

    /// <summary>Writes the value that <c>text</c> begins with, and says where it ends. False with what is wrong.</summary>
    public bool TryWrite(out int end, out string problem)
    {
        WriteValue(maxDepth);
        (end, problem) = (_at, _problem);
        return problem.Length == 0;
    }

    private void WriteValue(int depth)
    {
        Skip();
        switch (_at < text.Length ? text[_at] : '\0')
        {
            case var _ when depth == 0:
                Fail("a value is nested too deeply");
                break;
            case '{':
                WriteObject(depth);
                break;
            case '[':
                WriteList(depth);
                break;
            case '"' or '\'':
                json.WriteStringValue(Quoted());
                break;
            case '\0':
                Fail("a value ends too early; a bracket or a quote is not closed");
                break;
            default:
                WritePlain(Plain());
                break;
        }
    }

    private void WriteObject(int depth)
    {
        json.WriteStartObject();
        _at++;
        for (Skip(); _problem.Length == 0 && !Closes('}'); Skip())
        {
            json.WritePropertyName(text[_at] is '"' or '\'' ? Quoted() : Plain(key: true));
            Skip();
            if (_at >= text.Length || text[_at] != ':')
            {
                Fail("a key has no ':' behind it");
                break;
            }

            _at++;
            WriteValue(depth - 1);
            Comma('}');
        }

        json.WriteEndObject();
    }

    private void WriteList(int depth)
    {
        json.WriteStartArray();
        _at++;
        for (Skip(); _problem.Length == 0 && !Closes(']'); Skip())
        {
            WriteValue(depth - 1);
            Comma(']');
        }

        json.WriteEndArray();
    }

    private bool Closes(char bracket)
    {
        if (_at >= text.Length)
        {
            Fail($"'{bracket}' is missing");
            return true;
        }

        if (text[_at] != bracket)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Comma(char bracket)
    {
        Skip();
        if (_at < text.Length && text[_at] == ',')
        {
            _at++;
        }
        else if (_at < text.Length && text[_at] != bracket)
        {
            Fail($"',' or '{bracket}' is missing before '{text[_at]}'");
        }
    }

    private void Skip()
    {
        while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || text[_at] == '#' || IsAt("//")))
        {
            int newline = char.IsWhiteSpace(text[_at]) ? _at : text.IndexOf('\n', _at);
            _at = newline < 0 ? text.Length : newline + 1;
        }
    }

    private bool IsAt(string mark) => string.CompareOrdinal(text, _at, mark, 0, mark.Length) == 0;

    private string Plain(bool key = false)
    {
        int from = _at;
        while (_at < text.Length && text[_at] is not (',' or '}' or ']' or '\n') && !(key && text[_at] == ':'))
        {
            _at++;
        }

        if (from == _at)
        {
            Fail($"'{text[_at]}' stands where a value should be");
        }

        return text[from.._at].Trim();
    }

    private string Quoted()
    {
        char quote = text[_at++];
        StringBuilder said = new();
        for (; _at < text.Length; _at++)
        {
            char letter = text[_at];
            if (letter == quote && quote == '\'' && _at + 1 < text.Length && text[_at + 1] == '\'')
            {
                _at++; // '' is a single quote
            }
            else if (letter == quote)
            {
                _at++;
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(said.ToString())); // half of a surrogate pair becomes U+FFFD
            }
            else if (letter == '\\' && quote == '"' && _at + 1 < text.Length)
            {
                letter = Escaped();
            }
            else if (letter == '\n')
            {
                letter = ' '; // a break inside of quotes and the indentation behind it are one space
                while (_at + 1 < text.Length && char.IsWhiteSpace(text[_at + 1]))
                {
                    _at++;
                }
            }

            said.Append(letter);
        }

        Fail("a quote is not closed");
        return "";
    }

    private char Escaped()
    {
        char letter = text[++_at];
        if (letter == 'u' && _at + 4 < text.Length && ushort.TryParse(text.AsSpan(_at + 1, 4), System.Globalization.NumberStyles.HexNumber, null, out ushort code))
        {
            _at += 4;
            return (char)code;
        }

        return letter switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', _ => letter };
    }

    private void WritePlain(string word)
    {
        if (word is "true" or "false")
        {
            json.WriteBooleanValue(word == "true");
        }
        else if (word is "null" or "~")
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(word);
        }
    }

    private void Fail(string why) => _problem = _problem.Length > 0 ? _problem : $"front matter: {why}";
}

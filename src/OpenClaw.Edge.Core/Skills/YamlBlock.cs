using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Skills;

/// <summary>Turns the lines of a small YAML document into JSON. Used once, by one thread.</summary>
internal sealed class YamlBlock(string[] lines, Utf8JsonWriter json)
{
    private const int MaxDepth = 16;

    private int _at;
    private string _problem = "";

    /// <summary>Writes one object. False with what is wrong; what was written until then is of no use.</summary>
    public bool TryWrite(out string problem)
    {
        SkipBlank();
        WriteMapping(0, MaxDepth);
        if (_problem.Length == 0 && _at < lines.Length)
        {
            Fail("it is indented like nothing before it");
        }

        problem = _problem;
        return problem.Length == 0;
    }

    private void WriteMapping(int indent, int depth)
    {
        json.WriteStartObject();
        while (_problem.Length == 0 && _at < lines.Length && Indent(lines[_at]) == indent && !IsItem(lines[_at]))
        {
            string line = lines[_at].Trim();
            int colon = KeyEnd(line);
            if (colon < 0)
            {
                Fail("it is not 'key: value'");
                break;
            }

            json.WritePropertyName(Unquote(line[..colon].Trim()));
            WriteValue(line[(colon + 1)..].Trim(), indent, depth);
        }

        json.WriteEndObject();
    }

    // What stands behind a key or a dash; the cursor is on its line.
    private void WriteValue(string rest, int indent, int depth)
    {
        if (depth == 0)
        {
            Fail("it is nested too deeply");
            return;
        }

        if (rest.Length == 0 || rest[0] == '#')
        {
            _at++;
            SkipBlank();
            WriteNested(indent, depth);
        }
        else if (rest[0] is '|' or '>')
        {
            _at++;
            json.WriteStringValue(Block(indent, folds: rest[0] == '>', keepsEnd: !rest.StartsWith("|-", StringComparison.Ordinal) && !rest.StartsWith(">-", StringComparison.Ordinal)));
        }
        else if (rest[0] is '{' or '[' or '"' or '\'')
        {
            WriteFlow(rest, depth);
        }
        else
        {
            _at++;
            WriteScalar(Continued(StripComment(rest), indent));
        }
    }

    private void WriteNested(int indent, int depth)
    {
        int inner = _at < lines.Length ? Indent(lines[_at]) : -1;
        if (inner >= indent && IsItem(lines[_at]))
        {
            WriteList(inner, depth - 1);
        }
        else if (inner <= indent)
        {
            json.WriteNullValue();
        }
        else if (lines[_at].TrimStart()[0] is '{' or '[')
        {
            WriteFlow(lines[_at].Trim(), depth);
        }
        else
        {
            WriteMapping(inner, depth - 1);
        }
    }

    private void WriteList(int indent, int depth)
    {
        json.WriteStartArray();
        while (_problem.Length == 0 && _at < lines.Length && Indent(lines[_at]) == indent && IsItem(lines[_at]))
        {
            string rest = lines[_at].TrimStart()[1..];
            int inner = indent + 1 + Indent(rest);
            rest = rest.Trim();
            if (rest.Length > 0 && rest[0] is not ('{' or '[' or '"' or '\'') && KeyEnd(rest) >= 0)
            {
                lines[_at] = new string(' ', inner) + rest; // "- key: value" begins a mapping of that depth
                WriteMapping(inner, depth);
            }
            else
            {
                WriteValue(rest, indent, depth);
            }
        }

        json.WriteEndArray();
    }

    // A flow value or a quoted text may go over several lines.
    private void WriteFlow(string rest, int depth)
    {
        string all = string.Join('\n', lines[(_at + 1)..].Prepend(rest));
        YamlFlow flow = new(all, json, depth);
        if (!flow.TryWrite(out int end, out string problem))
        {
            Fail(problem);
            return;
        }

        int newline = all.IndexOf('\n', end);
        string tail = (newline < 0 ? all[end..] : all[end..newline]).Trim();
        if (tail.Length > 0 && tail[0] != '#')
        {
            Fail($"'{tail}' stands behind a value that has ended");
            return;
        }

        _at += 1 + all.AsSpan(0, end).Count('\n');
        SkipBlank();
    }

    private string Block(int indent, bool folds, bool keepsEnd)
    {
        StringBuilder text = new();
        int inner = -1;
        while (_at < lines.Length && (string.IsNullOrWhiteSpace(lines[_at]) || Indent(lines[_at]) > indent))
        {
            string line = lines[_at++];
            inner = inner < 0 && line.Trim().Length > 0 ? Indent(line) : inner;
            string kept = inner < 0 || line.Length <= inner ? line.Trim() : line[inner..].TrimEnd();
            text.Append(kept).Append(folds && kept.Length > 0 ? ' ' : '\n');
        }

        SkipBlank();
        string whole = text.ToString().TrimEnd();
        return keepsEnd && !folds ? whole + "\n" : whole;
    }

    // A plain text goes on in lines that are indented deeper.
    private string Continued(string first, int indent)
    {
        StringBuilder text = new(first);
        while (_at < lines.Length && lines[_at].Trim() is { Length: > 0 } more && Indent(lines[_at]) > indent)
        {
            text.Append(' ').Append(StripComment(more));
            _at++;
        }

        SkipBlank();
        return text.ToString();
    }

    private void WriteScalar(string text)
    {
        if (text is "true" or "True" or "false" or "False")
        {
            json.WriteBooleanValue(text[0] is 't' or 'T');
        }
        else if (text is "null" or "~")
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private void SkipBlank()
    {
        while (_at < lines.Length && lines[_at].Trim() is "" or ['#', ..])
        {
            _at++;
        }
    }

    private void Fail(string why) =>
        _problem = _problem.Length > 0 ? _problem : $"front matter, line {Math.Min(_at, lines.Length - 1) + 2}: {why}";

    private static bool IsItem(string line) => line.TrimStart() is ['-'] or ['-', ' ', ..];

    // Tabs do not count: YAML has none there, and a file that has some reads as flat.
    private static int Indent(string line) => line.Length - line.TrimStart(' ').Length;

    // The colon behind a key: the first one that is followed by a space or the end of the line.
    private static int KeyEnd(string line)
    {
        int from = line[0] is '"' or '\'' ? line.IndexOf(line[0], 1) : 0;
        for (int at = from < 0 ? line.Length : from; at < line.Length; at++)
        {
            if (line[at] == ':' && (at + 1 == line.Length || line[at + 1] is ' ' or '\t'))
            {
                return at;
            }
        }

        return -1;
    }

    private static string StripComment(string text)
    {
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).TrimEnd();
    }

    private static string Unquote(string key) => key.Length > 1 && key[0] is '"' or '\'' && key[^1] == key[0] ? key[1..^1] : key;
}

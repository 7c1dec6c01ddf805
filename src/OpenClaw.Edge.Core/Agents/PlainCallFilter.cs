using System.Buffers;
using System.Text;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>Holds back answer text that may turn out to be a tool call and lets the rest through at once. Looked at is the start of an
/// answer, and markers that only models write at the start of a line. Used by one answer only.</summary>
internal sealed class PlainCallFilter(IReadOnlyList<ToolSpec> tools)
{
    private const int MaxHeldBytes = 512 * 1024; // a file in a call's arguments
    private const int MaxKeyChars = 40;

    private static readonly string[] s_markers =
        ["<tool_call>", "<function_call>", "<tool_use>", "<tool_calls>", "<function=", "[TOOL_CALLS]", "[TOOL_REQUEST]", "<|python_tag|>"];

    private static readonly string[] s_openers = [.. s_markers, "<|channel|>", "<|start|>", "commentary to="];

    private static readonly string[] s_fences = ["", "json", "tool_call", "tool_calls", "tool", "tool_code", "xml", "python"];

    private static readonly string[] s_keys =
        ["name", "tool", "tool_name", "function", "function_name", "recipient_name", "tool_call", "tool_calls", "type", "id", "arguments", "args", "parameters"];

    private readonly ArrayBufferWriter<byte> _held = new();
    private State _state = tools.Count == 0 ? State.Off : State.Start;

    /// <summary>Text that is held back; null when none is.</summary>
    public string? Held => _held.WrittenCount == 0 ? null : Encoding.UTF8.GetString(_held.WrittenSpan);

    /// <summary>Takes a piece and gives back what may be shown now; valid until the next piece.</summary>
    public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> utf8)
    {
        switch (_state)
        {
            case State.Off:
                return utf8;
            case State.Passing:
                return FromLines(utf8, atLineStart: false);
            default:
                break;
        }

        _held.Write(utf8);
        if (_held.WrittenCount > MaxHeldBytes)
        {
            _state = State.Off;
            return Release();
        }

        if (_state == State.Holding)
        {
            return [];
        }

        Verdict verdict = _state == State.Line
            ? Begins(Encoding.UTF8.GetString(_held.WrittenSpan).TrimStart(' '), s_markers)
            : Judge(Encoding.UTF8.GetString(_held.WrittenSpan[..Math.Min(256, _held.WrittenCount)]).TrimStart());
        _state = verdict == Verdict.Call ? State.Holding : _state;
        return verdict == Verdict.Text ? FromLines(Release(), atLineStart: true) : [];
    }

    /// <summary>Gives back what is held; valid until the next piece.</summary>
    public ReadOnlySpan<byte> Release()
    {
        byte[] all = _held.WrittenSpan.ToArray();
        _held.ResetWrittenCount();
        return all;
    }

    private ReadOnlySpan<byte> FromLines(ReadOnlySpan<byte> utf8, bool atLineStart)
    {
        _state = State.Passing;
        for (int at = atLineStart ? 0 : NextLine(utf8, 0); at < utf8.Length; at = NextLine(utf8, at))
        {
            ReadOnlySpan<byte> line = utf8[at..].TrimStart((byte)' ');
            bool marker = line.IsEmpty || line[0] is (byte)'<' or (byte)'[';
            Verdict verdict = marker ? Begins(Encoding.UTF8.GetString(line[..Math.Min(32, line.Length)]), s_markers) : Verdict.Text;
            if (verdict != Verdict.Text)
            {
                _held.Write(utf8[at..]);
                _state = verdict == Verdict.Call ? State.Holding : State.Line;
                return utf8[..at];
            }
        }

        // a line that begins with the next piece
        if (utf8.Length > 0 && utf8[^1] == (byte)'\n')
        {
            _state = State.Line;
        }

        return utf8;
    }

    private static int NextLine(ReadOnlySpan<byte> utf8, int from)
    {
        int line = utf8[from..].IndexOf((byte)'\n');
        return line < 0 ? utf8.Length : from + line + 1;
    }

    private Verdict Judge(string start)
    {
        if (start.Length == 0)
        {
            return Verdict.Open;
        }

        return start[0] switch
        {
            '`' => Fence(start),
            '{' => FirstKey(start[1..]),
            '[' when start.Length == 1 => Verdict.Open,
            '[' when start[1..].TrimStart() is { } inner && (inner.Length == 0 || inner[0] == '{') =>
                inner.Length == 0 ? Verdict.Open : FirstKey(inner[1..]),
            '[' when Begins(start, s_openers) is not Verdict.Text and var known => known,
            '[' => Name(start[1..], ']', '('),
            '<' => Begins(start, s_openers),
            _ when Begins(start, s_openers) is not Verdict.Text and var known => known,
            _ => Name(start.StartsWith("functions.", StringComparison.Ordinal) ? start["functions.".Length..] : start, '(', '('),
        };
    }

    private Verdict Fence(string start)
    {
        if (!start.StartsWith("```", StringComparison.Ordinal))
        {
            return "```".StartsWith(start, StringComparison.Ordinal) ? Verdict.Open : Verdict.Text;
        }

        int line = start.IndexOf('\n', StringComparison.Ordinal);
        string language = (line < 0 ? start[3..] : start[3..line]).Trim();
        return line < 0
            ? Array.Exists(s_fences, known => known.StartsWith(language, StringComparison.Ordinal)) ? Verdict.Open : Verdict.Text
            : s_fences.Contains(language) ? Judge(start[(line + 1)..].TrimStart()) : Verdict.Text;
    }

    // A call's first member has a name of its own; other JSON is an answer and is shown as it comes.
    private static Verdict FirstKey(string text)
    {
        string rest = text.TrimStart();
        string key = rest.TrimStart('"', '\'');
        int end = key.AsSpan().IndexOfAny("\"': \n");
        return end < 0
            ? key.Length <= MaxKeyChars && Array.Exists(s_keys, known => known.StartsWith(key, StringComparison.Ordinal)) ? Verdict.Open : Verdict.Text
            : s_keys.Contains(key[..end]) ? Verdict.Call : Verdict.Text;
    }

    private Verdict Name(string text, char end, char otherEnd)
    {
        int at = text.AsSpan().IndexOfAny(end, otherEnd);
        return at < 0
            ? tools.Any(tool => tool.Name.StartsWith(text, StringComparison.Ordinal)) ? Verdict.Open : Verdict.Text
            : tools.Any(tool => tool.Name.AsSpan().SequenceEqual(text.AsSpan(0, at))) ? Verdict.Call : Verdict.Text;
    }

    private static Verdict Begins(string text, string[] markers) =>
        Array.Exists(markers, marker => text.StartsWith(marker, StringComparison.Ordinal)) ? Verdict.Call
        : Array.Exists(markers, marker => marker.StartsWith(text, StringComparison.Ordinal)) ? Verdict.Open
        : Verdict.Text;

    private enum State
    {
        Off,
        Start,
        Passing,
        Line,
        Holding,
    }

    private enum Verdict
    {
        Open,
        Call,
        Text,
    }
}

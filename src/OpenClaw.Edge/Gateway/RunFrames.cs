using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Gateway;

/// <summary>Encodes the text events of one run: the part that never changes is kept, the rest is copied into one array of
/// the right size. One thread at a time: events of a run never overlap.</summary>
internal sealed class RunFrames
{
    private const int MaxDigits = 20;

    private readonly byte[] _chatHead;
    private readonly byte[] _agentHead;
    private TextStream _text = new();
    private TextStream _thinking = new();

    /// <summary>Prepares the frames of a run that has started.</summary>
    public RunFrames(Run run)
    {
        string body = $"\"runId\":{Quote(run.Id)},\"sessionKey\":{Quote(run.SessionKey.Text)},\"agentId\":{Quote(run.SessionKey.AgentId)}";
        _chatHead = Encoding.UTF8.GetBytes("{\"type\":\"event\",\"event\":\"chat\",\"payload\":{" + body + ",\"seq\":");
        _agentHead = Encoding.UTF8.GetBytes(
            "{\"type\":\"event\",\"event\":\"agent\",\"payload\":{" + body + ",\"isHeartbeat\":false,\"seq\":");
    }

    /// <summary>Both events of a piece of the answer.</summary>
    public TextUpdate Text(RunTextEvent text)
    {
        if (!_text.IsContinuedBy(text.MessageEscaped.Length, text.DeltaEscaped.Length, text.RunTextEscaped.Length, text.RunDeltaEscaped.Length))
        {
            _text = new TextStream();
        }

        _text.Take(text.MessageEscaped.Length, text.RunTextEscaped.Length);
        return new TextUpdate(_text, AssistantDelta(text), ChatDelta(text));
    }

    /// <summary>The event of a piece of reasoning.</summary>
    public TextUpdate Thinking(RunThinkingEvent text)
    {
        if (!_thinking.IsContinuedBy(text.TextEscaped.Length, text.DeltaEscaped.Length, 0, 0))
        {
            _thinking = new TextStream();
        }

        _thinking.Take(text.TextEscaped.Length, 0);
        return new TextUpdate(_thinking, ThinkingDelta(text), default);
    }

    // …,"seq":N,"state":"delta","deltaText":"…","message":{"role":"assistant","content":[{"type":"text","text":"…"}],"timestamp":T}}
    private TextFrame ChatDelta(RunTextEvent text)
    {
        var frame = new FrameBytes(_chatHead, text.RunDeltaEscaped.Length + text.RunTextEscaped.Length + 160);
        frame.Add(text.Seq);
        frame.Add(",\"state\":\"delta\",\"deltaText\":\""u8);
        frame.AddDelta(text.RunDeltaEscaped.Span);
        frame.Add("\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\""u8);
        frame.AddText(text.RunTextEscaped.Span);
        frame.Add("\"}],\"timestamp\":"u8);
        frame.Add(text.TimestampMs);
        frame.Add("}}"u8);
        return frame.Finish();
    }

    // …,"seq":N,"stream":"assistant","ts":T,"data":{"text":"…","delta":"…","itemId":"…"}}
    private TextFrame AssistantDelta(RunTextEvent text)
    {
        var frame = new FrameBytes(
            _agentHead,
            text.MessageEscaped.Length + text.DeltaEscaped.Length + (text.ItemId.Length * 3) + 120);
        frame.Add(text.Seq);
        frame.Add(",\"stream\":\"assistant\",\"ts\":"u8);
        frame.Add(text.TimestampMs);
        frame.Add(",\"data\":{\"text\":\""u8);
        frame.AddText(text.MessageEscaped.Span);
        frame.Add("\",\"delta\":\""u8);
        frame.AddDelta(text.DeltaEscaped.Span);
        frame.Add("\",\"itemId\":\""u8);
        frame.Add(text.ItemId); // made by the loop from a GUID and a number: nothing to escape
        frame.Add("\"}}"u8);
        return frame.Finish();
    }

    // …,"seq":N,"stream":"thinking","ts":T,"data":{"text":"…","delta":"…"}}
    private TextFrame ThinkingDelta(RunThinkingEvent text)
    {
        var frame = new FrameBytes(_agentHead, text.TextEscaped.Length + text.DeltaEscaped.Length + 120);
        frame.Add(text.Seq);
        frame.Add(",\"stream\":\"thinking\",\"ts\":"u8);
        frame.Add(text.TimestampMs);
        frame.Add(",\"data\":{\"text\":\""u8);
        frame.AddText(text.TextEscaped.Span);
        frame.Add("\",\"delta\":\""u8);
        frame.AddDelta(text.DeltaEscaped.Span);
        frame.Add("\"}}"u8);
        return frame.Finish();
    }

    private static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private ref struct FrameBytes
    {
        private readonly byte[] _bytes;
        private int _used;
        private int _deltaStart;
        private int _deltaBytes;
        private int _textEnd;

        public FrameBytes(byte[] head, int rest)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(head.Length + rest + (2 * MaxDigits));
            head.CopyTo(_bytes, 0);
            _used = head.Length;
        }

        public void Add(ReadOnlySpan<byte> part)
        {
            part.CopyTo(_bytes.AsSpan(_used));
            _used += part.Length;
        }

        public void AddDelta(ReadOnlySpan<byte> part)
        {
            (_deltaStart, _deltaBytes) = (_used, part.Length);
            Add(part);
        }

        public void AddText(ReadOnlySpan<byte> part)
        {
            Add(part);
            _textEnd = _used;
        }

        public void Add(string part) => _used += Encoding.UTF8.GetBytes(part, _bytes.AsSpan(_used));

        public void Add(long number)
        {
            Utf8Formatter.TryFormat(number, _bytes.AsSpan(_used), out int written);
            _used += written;
        }

        public readonly TextFrame Finish() => new(_bytes.AsMemory(0, _used), _deltaStart, _deltaBytes, _textEnd);
    }
}

using System.Buffers;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>An answer of a model while it arrives, whatever the wire: the text of the current read as runs of valid UTF-8,
/// and what adds up over the whole answer. Not thread-safe; one an answer.</summary>
public sealed class AnswerDraft
{
    /// <summary>Tool calls that one answer may have.</summary>
    public const int MaxToolCalls = 128; // guess: the most seen in one answer was 9

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly List<AnswerPiece> _pieces = new(4);
    private readonly List<ToolCallDraft> _calls = [];
    private readonly JsonTextDecoder _text = new();
    private readonly JsonTextDecoder _thinking = new();

    /// <summary>Runs of text since <see cref="BeginRead"/>, in order.</summary>
    public IReadOnlyList<AnswerPiece> Pieces => _pieces;

    /// <summary>Tool calls so far, in order.</summary>
    public IReadOnlyList<ToolCallDraft> Calls => _calls;

    /// <summary>Whether the server said that the answer is complete.</summary>
    public bool Done { get; set; }

    /// <summary>The server's own reason, such as <c>stop</c>, <c>length</c>, <c>tool_calls</c>, <c>end_turn</c>.</summary>
    public string? FinishReason { get; set; }

    /// <summary>The server's id of the answer.</summary>
    public string? ResponseId { get; set; }

    /// <summary>The content block that an event of Anthropic's wire is about; negative until its number was read.</summary>
    internal int Block { get; set; }

    /// <summary>An error that the server sent in place of the rest.</summary>
    public string? Error { get; set; }

    /// <summary>The server's code or type of that error.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Prompt tokens, cache reads included; null when the server does not say.</summary>
    public long? PromptTokens { get; set; }

    /// <summary>Generated tokens; null when the server does not say.</summary>
    public long? OutputTokens { get; set; }

    /// <summary>Prompt tokens read from the server's cache.</summary>
    public long CacheReadTokens { get; set; }

    /// <summary>Prompt tokens written to the server's cache.</summary>
    public long CacheWriteTokens { get; set; }

    /// <summary>Bytes of answer text so far.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Bytes of reasoning so far.</summary>
    public long ThinkingBytes { get; private set; }

    /// <summary>Whether the answer passed one of the limits here.</summary>
    public bool TooLarge { get; private set; }

    /// <summary>The bytes of a run; valid until <see cref="BeginRead"/>.</summary>
    public ReadOnlyMemory<byte> Utf8(AnswerPiece piece) => _bytes.WrittenMemory.Slice(piece.Start, piece.Length);

    /// <summary>Forgets the text of the last read, so that its buffer serves again.</summary>
    public void BeginRead()
    {
        _bytes.ResetWrittenCount();
        _pieces.Clear();
    }

    /// <summary>Adds answer text that stands inside a JSON string, still escaped.</summary>
    public void AppendText(ReadOnlySpan<byte> escaped)
    {
        int start = _bytes.WrittenCount;
        _text.Append(escaped, _bytes);
        TextBytes += Note(thinking: false, start);
    }

    /// <summary>Adds reasoning that stands inside a JSON string, still escaped.</summary>
    public void AppendThinking(ReadOnlySpan<byte> escaped)
    {
        int start = _bytes.WrittenCount;
        _thinking.Append(escaped, _bytes);
        ThinkingBytes += Note(thinking: true, start);
    }

    /// <summary>Ends both texts: halves of characters that still wait are shown as U+FFFD.</summary>
    public void FlushText()
    {
        int start = _bytes.WrittenCount;
        _thinking.Flush(_bytes);
        ThinkingBytes += Note(thinking: true, start);
        start = _bytes.WrittenCount;
        _text.Flush(_bytes);
        TextBytes += Note(thinking: false, start);
    }

    /// <summary>The latest call at the server's index; null when there is none.</summary>
    public ToolCallDraft? FindCall(int wireIndex)
    {
        for (int i = _calls.Count - 1; i >= 0; i--)
        {
            if (_calls[i].WireIndex == wireIndex)
            {
                return _calls[i];
            }
        }

        return null;
    }

    /// <summary>Begins a call.</summary>
    public ToolCallDraft AddCall(int wireIndex)
    {
        var call = new ToolCallDraft(wireIndex);
        if (_calls.Count < MaxToolCalls)
        {
            _calls.Add(call);
        }
        else
        {
            TooLarge = true;
        }

        return call;
    }

    private int Note(bool thinking, int start)
    {
        int length = _bytes.WrittenCount - start;
        if (length == 0)
        {
            return 0;
        }

        if (_pieces.Count > 0 && _pieces[^1].Thinking == thinking)
        {
            AnswerPiece last = _pieces[^1];
            _pieces[^1] = last with { Length = last.Length + length };
        }
        else
        {
            _pieces.Add(new AnswerPiece(thinking, start, length));
        }

        return length;
    }
}

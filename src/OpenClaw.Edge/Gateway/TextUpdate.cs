namespace OpenClaw.Edge.Gateway;

/// <summary>News of a growing text: one or two events that always travel together, put into bytes only when they are
/// written. It points at the run's own text, so that what waits for many slow peers is not many copies of it. As the new
/// piece is the end of the text, a newer update of the same stream can take the place of one that still waits, with a longer
/// piece. Immutable.</summary>
/// <param name="Stream">What the update belongs to: another object means that the text did not just grow.</param>
/// <param name="Heads">How the run's events begin.</param>
/// <param name="Seq">Number of the run's event.</param>
/// <param name="TimestampMs">Epoch milliseconds.</param>
/// <param name="ItemId">Item of an <c>assistant</c> event, ASCII; null for <c>thinking</c>, which has no second event.</param>
/// <param name="FirstText">Text of the first event so far, escaped.</param>
/// <param name="FirstDelta">How much of its end is new.</param>
/// <param name="SecondText">Text of the second event so far.</param>
/// <param name="SecondDelta">How much of its end is new.</param>
internal sealed record TextUpdate(
    TextStream Stream,
    RunFrames Heads,
    long Seq,
    long TimestampMs,
    string? ItemId,
    ReadOnlyMemory<byte> FirstText,
    int FirstDelta,
    ReadOnlyMemory<byte> SecondText,
    int SecondDelta)
{
    private static ReadOnlySpan<byte> ChatDelta => ",\"state\":\"delta\",\"deltaText\":\""u8;

    private static ReadOnlySpan<byte> ChatText => "\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\""u8;

    private static ReadOnlySpan<byte> ChatTime => "\"}],\"timestamp\":"u8;

    private static ReadOnlySpan<byte> AgentText => ",\"data\":{\"text\":\""u8;

    private static ReadOnlySpan<byte> AgentDelta => "\",\"delta\":\""u8;

    private static ReadOnlySpan<byte> AgentItem => "\",\"itemId\":\""u8;

    private static ReadOnlySpan<byte> End => "}}"u8;

    /// <summary>Whether there are two events.</summary>
    public bool HasSecond => ItemId is not null;

    /// <summary>Whether it is the beginning of its text.</summary>
    public bool IsFirst => FirstText.Length == FirstDelta;

    /// <summary>This update for somebody who did not get the one before it.</summary>
    public TextUpdate After(TextUpdate missed) => this with
    {
        FirstDelta = FirstDelta + missed.FirstDelta,
        SecondDelta = SecondDelta + missed.SecondDelta,
    };

    private ReadOnlySpan<byte> AgentTime => ItemId is null ? ",\"stream\":\"thinking\",\"ts\":"u8 : ",\"stream\":\"assistant\",\"ts\":"u8;

    /// <summary>Bytes of an event without its closing brace, when its new piece is this long.</summary>
    public int Length(bool second, int delta)
    {
        int numbers = FramePen.DigitsOf(Seq) + FramePen.DigitsOf(TimestampMs) + delta;
        return second
            ? numbers + SecondText.Length + Heads.Chat.Length + ChatDelta.Length + ChatText.Length + ChatTime.Length + End.Length
            : numbers + FirstText.Length + Heads.Agent.Length + AgentTime.Length + AgentText.Length + AgentDelta.Length
                + (ItemId is null ? 0 : AgentItem.Length + ItemId.Length) + 1 + End.Length;
    }

    // …,"seq":N,"stream":"assistant","ts":T,"data":{"text":"…","delta":"…","itemId":"…"}}
    // …,"seq":N,"stream":"thinking","ts":T,"data":{"text":"…","delta":"…"}}
    // …,"seq":N,"state":"delta","deltaText":"…","message":{"role":"assistant","content":[{"type":"text","text":"…"}],"timestamp":T}}

    /// <summary>Writes what stands before the first of the two texts.</summary>
    public void WriteHead(ref FramePen pen, bool second)
    {
        if (second)
        {
            pen.Add(Heads.Chat);
            pen.Add(Seq);
            pen.Add(ChatDelta);
        }
        else
        {
            pen.Add(Heads.Agent);
            pen.Add(Seq);
            pen.Add(AgentTime);
            pen.Add(TimestampMs);
            pen.Add(AgentText);
        }
    }

    /// <summary>The two texts in the order of the wire.</summary>
    public (ReadOnlyMemory<byte> One, ReadOnlyMemory<byte> Other) Texts(bool second, int delta) =>
        second ? (SecondText[^delta..], SecondText) : (FirstText, FirstText[^delta..]);

    /// <summary>Writes what stands between them.</summary>
    public static void WriteMiddle(ref FramePen pen, bool second) => pen.Add(second ? ChatText : AgentDelta);

    /// <summary>Writes what stands behind them.</summary>
    public void WriteTail(ref FramePen pen, bool second)
    {
        if (second)
        {
            pen.Add(ChatTime);
            pen.Add(TimestampMs);
        }
        else
        {
            if (ItemId is not null)
            {
                pen.Add(AgentItem);
                pen.AddAscii(ItemId); // made by the loop from a GUID and a number: nothing to escape
            }

            pen.Add("\""u8);
        }

        pen.Add(End);
    }
}

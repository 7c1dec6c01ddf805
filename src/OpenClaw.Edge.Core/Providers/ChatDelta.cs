namespace OpenClaw.Edge.Providers;

/// <summary>One piece of a streamed answer. <see cref="Utf8"/> is valid only until the next piece is asked for.</summary>
public readonly struct ChatDelta
{
    private ChatDelta(ChatDeltaKind kind) => Kind = kind;

    /// <summary>What the piece is.</summary>
    public ChatDeltaKind Kind { get; }

    /// <summary>Text or reasoning as valid UTF-8, whole characters only; all text that arrived in one read is one piece.
    /// Valid only until the next piece is asked for.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; private init; }

    /// <summary>Set for <see cref="ChatDeltaKind.ToolCall"/>.</summary>
    public ToolCall? ToolCall { get; private init; }

    /// <summary>Set for <see cref="ChatDeltaKind.Progress"/>.</summary>
    public ModelProgress? Progress { get; private init; }

    /// <summary>Set for <see cref="ChatDeltaKind.Finish"/>.</summary>
    public ModelFinish? Finish { get; private init; }

    /// <summary>Answer text.</summary>
    public static ChatDelta OfText(ReadOnlyMemory<byte> utf8) => new(ChatDeltaKind.Text) { Utf8 = utf8 };

    /// <summary>Reasoning text.</summary>
    public static ChatDelta OfThinking(ReadOnlyMemory<byte> utf8) => new(ChatDeltaKind.Thinking) { Utf8 = utf8 };

    /// <summary>A tool call.</summary>
    public static ChatDelta Of(ToolCall call) => new(ChatDeltaKind.ToolCall) { ToolCall = call };

    /// <summary>Progress before the first token.</summary>
    public static ChatDelta Of(ModelProgress progress) => new(ChatDeltaKind.Progress) { Progress = progress };

    /// <summary>The end.</summary>
    public static ChatDelta Of(ModelFinish finish) => new(ChatDeltaKind.Finish) { Finish = finish };
}

using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>What waits to be written: a frame, or a text update (one or two frames).</summary>
/// <param name="Bytes">Payload; of a numbered event without its closing brace, and shared by all connections. Empty for
/// an update.</param>
/// <param name="Seq">Number of a numbered event, of an update's first event; 0 for everything else.</param>
/// <param name="Opcode">Kind of frame.</param>
internal readonly record struct OutboundFrame(ReadOnlyMemory<byte> Bytes, long Seq, WebSocketOpcode Opcode)
{
    private const int UpdateBytes = 160; // the object, and its place in the queue

    /// <summary>The update; null for another frame.</summary>
    public TextUpdate? Update { get; init; }

    /// <summary>Length of the new piece in the update's first event: longer than its own when it stands for others too.</summary>
    public int FirstDelta { get; init; }

    /// <summary>Length of the new piece in the second.</summary>
    public int SecondDelta { get; init; }

    /// <summary>Bytes that it will be on the wire, near enough.</summary>
    public int Cost => Update is { } update
        ? update.Length(second: false, FirstDelta) + (update.HasSecond ? update.Length(second: true, SecondDelta) : 0)
        : Bytes.Length;

    /// <summary>Bytes that it keeps in memory, near enough: an update points at the run's own text.</summary>
    public int Held => Update is null ? Bytes.Length : UpdateBytes;

    /// <summary>Wraps an update.</summary>
    public static OutboundFrame Of(TextUpdate update, long seq) => new(ReadOnlyMemory<byte>.Empty, seq, WebSocketOpcode.Text)
    {
        Update = update,
        FirstDelta = update.FirstDelta,
        SecondDelta = update.SecondDelta,
    };

    /// <summary>The newer update in the place of this one, with the pieces of both.</summary>
    public OutboundFrame Grown(TextUpdate newer) => this with
    {
        Update = newer,
        FirstDelta = FirstDelta + newer.FirstDelta,
        SecondDelta = SecondDelta + newer.SecondDelta,
    };
}

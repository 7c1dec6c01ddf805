namespace OpenClaw.Edge.Gateway;

/// <summary>An encoded event with text so far and the piece that is new. As the piece is the end of the text, the same bytes
/// serve a peer that missed earlier events: it gets a longer piece. Without its closing brace; shared by all peers.</summary>
/// <param name="Bytes">The event.</param>
/// <param name="DeltaStart">Where the piece stands.</param>
/// <param name="DeltaBytes">Its length.</param>
/// <param name="TextEnd">Where the text so far ends.</param>
internal readonly record struct TextFrame(ReadOnlyMemory<byte> Bytes, int DeltaStart, int DeltaBytes, int TextEnd)
{
    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>Bytes of the event with a piece of this length in place of its own.</summary>
    public int LengthWith(int deltaBytes) => Bytes.Length - DeltaBytes + deltaBytes;

    /// <summary>Writes the event with a piece of this length, which the text must have.</summary>
    public int WriteTo(Span<byte> destination, int deltaBytes)
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        if (deltaBytes == DeltaBytes)
        {
            bytes.CopyTo(destination);
            return bytes.Length;
        }

        bytes[..DeltaStart].CopyTo(destination);
        bytes.Slice(TextEnd - deltaBytes, deltaBytes).CopyTo(destination[DeltaStart..]);
        ReadOnlySpan<byte> rest = bytes[(DeltaStart + DeltaBytes)..];
        rest.CopyTo(destination[(DeltaStart + deltaBytes)..]);
        return DeltaStart + deltaBytes + rest.Length;
    }
}

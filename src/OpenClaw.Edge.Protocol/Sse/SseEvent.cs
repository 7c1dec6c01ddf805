namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>One event of an event stream. Valid only until the parser is asked for the next one.</summary>
public readonly ref struct SseEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
{
    /// <summary>The <c>event</c> field; empty when the stream sent none.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>The <c>data</c> fields, joined by line feeds.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;
}

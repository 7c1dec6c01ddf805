using System.Buffers;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Writes events of an event stream. Stateless.</summary>
/// <remarks><code>event = [ "event: " name LF ] *( "data: " line LF ) LF</code></remarks>
public static class SseWriter
{
    /// <summary>The last event of an OpenAI stream.</summary>
    public static ReadOnlySpan<byte> Done => "data: [DONE]\n\n"u8;

    /// <summary>A comment that keeps proxies from closing an idle stream.</summary>
    public static ReadOnlySpan<byte> KeepAlive => ": keep-alive\n\n"u8;

    /// <summary>Writes an event whose data is one line, as compact JSON is.</summary>
    public static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> prefix = "data: "u8;
        Span<byte> target = output.GetSpan(prefix.Length + line.Length + 2);
        prefix.CopyTo(target);
        line.CopyTo(target[prefix.Length..]);
        target[prefix.Length + line.Length] = (byte)'\n';
        target[prefix.Length + line.Length + 1] = (byte)'\n';
        output.Advance(prefix.Length + line.Length + 2);
    }

    /// <summary>Writes a named event; data may have several lines.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="name">The event's name, one line.</param>
    /// <param name="data">The data; each of its lines becomes a field.</param>
    public static void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!name.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(name);
            output.Write("\n"u8);
        }

        while (true)
        {
            int end = data.IndexOfAny((byte)'\n', (byte)'\r');
            output.Write("data: "u8);
            output.Write(end < 0 ? data : data[..end]);
            output.Write("\n"u8);
            if (end < 0)
            {
                break;
            }

            int skip = end + 1 < data.Length && data[end] == (byte)'\r' && data[end + 1] == (byte)'\n' ? 2 : 1;
            data = data[(end + skip)..];
        }

        output.Write("\n"u8);
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>A JSON writer over a reusable buffer; one a thread, so that encoding a frame allocates the frame only.</summary>
internal sealed class FrameBuffer
{
    private const int KeptBytes = 256 * 1024; // a buffer grown beyond this is given back

    [ThreadStatic]
    private static FrameBuffer? t_cached;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the wire is no HTML page: escapes would only double its size
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    private FrameBuffer() => Json = new Utf8JsonWriter(_bytes, Options);

    /// <summary>Where to write.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Takes the thread's buffer; nested takers get one of their own.</summary>
    public static FrameBuffer Take()
    {
        FrameBuffer buffer = t_cached ?? new FrameBuffer();
        t_cached = null;
        return buffer;
    }

    /// <summary>Copies what was written, without its last <paramref name="cut"/> bytes, and gives the buffer back.</summary>
    public byte[] Finish(int cut = 0)
    {
        Json.Flush();
        byte[] frame = _bytes.WrittenSpan[..^cut].ToArray();
        Drop();
        return frame;
    }

    /// <summary>Gives the buffer back unread.</summary>
    public void Drop()
    {
        Json.Reset();
        if (_bytes.Capacity <= KeptBytes)
        {
            _bytes.ResetWrittenCount();
            t_cached = this;
        }
    }
}

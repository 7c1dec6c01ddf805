using System.Buffers;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Reads newline-delimited JSON line by line where it lies; a line within one segment is not copied. Not
/// thread-safe; one a stream.</summary>
/// <remarks>
/// <code>
/// stream = *( line end-of-line ) [ line ]
/// end-of-line = CRLF / LF / CR        ; none of which JSON text holds unescaped
/// </code>
/// </remarks>
public sealed class NdjsonReader : IDisposable
{
    /// <summary>Bytes that a line may have.</summary>
    public const int MaxLineBytes = SseParser.MaxEventBytes;

    private byte[] _scratch = [];

    /// <summary>Takes the next non-empty line off the front of the buffer. False: more bytes are needed. The caller checks
    /// <see cref="MaxLineBytes"/> against what is left.</summary>
    /// <param name="buffer">Unread bytes; cut past each line that is returned or skipped.</param>
    /// <param name="isFinal">Whether the stream has ended: a line without its end counts then.</param>
    /// <param name="line">The line without its end; valid until the next call.</param>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, bool isFinal, out ReadOnlySpan<byte> line)
    {
        while (!buffer.IsEmpty)
        {
            ReadOnlySpan<byte> first = buffer.FirstSpan;
            int end = first.IndexOfAny((byte)'\n', (byte)'\r');
            if (end == 0)
            {
                buffer = buffer.Slice(1);
                continue;
            }

            if (end > 0)
            {
                line = first[..end];
                buffer = buffer.Slice(end + 1);
                return true;
            }

            return TryReadAcross(ref buffer, isFinal, out line);
        }

        line = default;
        return false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_scratch.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_scratch);
            _scratch = [];
        }
    }

    private bool TryReadAcross(ref ReadOnlySequence<byte> buffer, bool isFinal, out ReadOnlySpan<byte> line)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (reader.TryReadToAny(out ReadOnlySequence<byte> found, "\r\n"u8))
        {
            line = Flatten(found);
            buffer = buffer.Slice(reader.Position);
            return true;
        }

        if (!isFinal)
        {
            line = default;
            return false;
        }

        line = Flatten(buffer);
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private ReadOnlySpan<byte> Flatten(ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            return bytes.FirstSpan;
        }

        int length = (int)Math.Min(bytes.Length, MaxLineBytes + 1L);
        if (_scratch.Length < length)
        {
            Dispose();
            _scratch = ArrayPool<byte>.Shared.Rent(length);
        }

        bytes.Slice(0, length).CopyTo(_scratch);
        return _scratch.AsSpan(0, length);
    }
}

using System.Buffers;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Reads an event stream where it lies. An event within one segment is not copied. Not thread-safe; one a stream.
/// Source: WHATWG HTML §9.2.6, "Interpreting an event stream".</summary>
/// <remarks>
/// <code>
/// stream = [ bom ] *event
/// event  = *( comment / field ) end-of-line
/// field  = name [ ":" [ space ] value ] end-of-line
/// end-of-line = CRLF / LF / CR
/// </code>
/// A CR that ends a read closes its line at once; a LF that follows is then an empty line, which dispatches nothing.
/// </remarks>
public sealed class SseParser : IDisposable
{
    /// <summary>Bytes that an event may have; a stream with a longer one is not an event stream worth reading.</summary>
    public const int MaxEventBytes = 4 * 1024 * 1024; // guess: far above any chunk that was seen (a 128k-token answer repeated whole is 600 KB)

    private byte[] _scratch = [];
    private byte[] _joined = [];
    private bool _started;

    /// <summary>Takes the next event with data off the front of the buffer. False: more bytes are needed; what can not be
    /// part of an event yet is left in the buffer. The caller checks <see cref="MaxEventBytes"/> against what is left.</summary>
    /// <param name="buffer">Unread bytes; cut past each event that is returned or skipped.</param>
    /// <param name="isFinal">Whether the stream has ended: an event without its empty line counts then.</param>
    /// <param name="message">The event.</param>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, bool isFinal, out SseEvent message)
    {
        while (!buffer.IsEmpty)
        {
            ReadOnlySpan<byte> first = buffer.FirstSpan;
            SseScan scan = Scan(first, isFinal && buffer.IsSingleSegment, out int consumed, out message);
            if (scan == SseScan.NeedMore && !buffer.IsSingleSegment)
            {
                scan = Scan(Gather(buffer), isFinal, out consumed, out message);
            }

            if (scan == SseScan.NeedMore)
            {
                return false;
            }

            _started = true;
            buffer = buffer.Slice(consumed);
            if (scan == SseScan.Event)
            {
                return true;
            }
        }

        message = default;
        return false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Return(ref _scratch);
        Return(ref _joined);
    }

    private SseScan Scan(ReadOnlySpan<byte> bytes, bool isFinal, out int consumed, out SseEvent message)
    {
        message = default;
        consumed = 0;
        int at = 0;
        if (!_started)
        {
            ReadOnlySpan<byte> bom = [0xEF, 0xBB, 0xBF];
            if (bytes.StartsWith(bom))
            {
                at = bom.Length;
            }
            else if (!isFinal && bytes.Length < bom.Length && bom.StartsWith(bytes))
            {
                return SseScan.NeedMore;
            }
        }

        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> data = default;
        int joined = -1;
        bool hasData = false;
        while (true)
        {
            int length = bytes[at..].IndexOfAny((byte)'\r', (byte)'\n');
            if (length < 0 && !isFinal)
            {
                return SseScan.NeedMore;
            }

            ReadOnlySpan<byte> line = length < 0 ? bytes[at..] : bytes.Slice(at, length);
            at += line.Length + (length < 0 ? 0 : LineEnd(bytes[(at + length)..]));
            if (line.IsEmpty || length < 0)
            {
                if (!line.IsEmpty)
                {
                    Field(line, ref name, ref data, ref joined, ref hasData);
                }

                consumed = at;
                message = new SseEvent(name, joined >= 0 ? _joined.AsSpan(0, joined) : data);
                return hasData ? SseScan.Event : SseScan.Skipped;
            }

            Field(line, ref name, ref data, ref joined, ref hasData);
        }
    }

    private void Field(
        ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> name, ref ReadOnlySpan<byte> data, ref int joined, ref bool hasData)
    {
        int colon = line.IndexOf((byte)':');
        ReadOnlySpan<byte> field = colon < 0 ? line : line[..colon];
        ReadOnlySpan<byte> value = colon < 0 ? default : line[(colon + 1)..];
        if (!value.IsEmpty && value[0] == (byte)' ')
        {
            value = value[1..];
        }

        if (field.SequenceEqual("data"u8))
        {
            if (hasData)
            {
                joined = Join(joined, data, value);
            }
            else
            {
                data = value;
                hasData = true;
            }
        }
        else if (field.SequenceEqual("event"u8))
        {
            name = value;
        }
        // id, retry and comments (empty field name) do not concern a reader that never reconnects
    }

    private int Join(int joined, ReadOnlySpan<byte> first, ReadOnlySpan<byte> next)
    {
        int start = joined < 0 ? first.Length : joined;
        if (_joined.Length < start + 1 + next.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, 2 * (start + 1 + next.Length)));
            _joined.AsSpan(0, Math.Max(joined, 0)).CopyTo(larger);
            Return(ref _joined);
            _joined = larger;
        }

        if (joined < 0)
        {
            first.CopyTo(_joined);
        }

        _joined[start] = (byte)'\n';
        next.CopyTo(_joined.AsSpan(start + 1));
        return start + 1 + next.Length;
    }

    private ReadOnlySpan<byte> Gather(in ReadOnlySequence<byte> buffer)
    {
        int length = (int)Math.Min(buffer.Length, MaxEventBytes + 1L);
        if (_scratch.Length < length)
        {
            Return(ref _scratch);
            _scratch = ArrayPool<byte>.Shared.Rent(length);
        }

        buffer.Slice(0, length).CopyTo(_scratch);
        return _scratch.AsSpan(0, length);
    }

    private static int LineEnd(ReadOnlySpan<byte> rest) =>
        rest.Length > 1 && rest[0] == (byte)'\r' && rest[1] == (byte)'\n' ? 2 : 1;

    private static void Return(ref byte[] rented)
    {
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
            rented = [];
        }
    }

    private enum SseScan
    {
        NeedMore,
        Skipped,
        Event,
    }
}

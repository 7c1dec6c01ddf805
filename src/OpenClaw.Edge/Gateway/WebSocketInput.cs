using System.Buffers;
using System.Diagnostics;
using System.Text.Unicode;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Reads messages from a connection. Holds no buffer while the peer is silent: it waits with a read of zero
/// bytes and rents only when data is there. One reader at a time.</summary>
internal sealed class WebSocketInput(Stream stream, int maxMessageBytes, TimeProvider time) : IDisposable
{
    private const int FirstRentBytes = 4096;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private byte[] _message = [];
    private int _messageBytes;
    private bool _inMessage;
    private bool _messageDone;
    private Task<int>? _somethingThere;
    private long _lastHeard = time.GetTimestamp();

    /// <summary>Timestamp of the last bytes from the peer, whole message or not; creation before the first.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>Largest message that is read; may be raised between reads.</summary>
    public int MaxMessageBytes { get; set; } = maxMessageBytes;

    /// <summary>Waits for the next message. Throws what the stream throws when the connection breaks.</summary>
    public async ValueTask<WebSocketMessage> ReadAsync(CancellationToken cancellationToken)
    {
        ReleaseLast();
        while (true)
        {
            if (TryTake(out WebSocketMessage message, out int needed))
            {
                return message;
            }

            if (_start == _end || _somethingThere is not null)
            {
                if (_start == _end)
                {
                    GiveBack();
                }

                int none = await (_somethingThere ?? stream.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask());
                _somethingThere = null;
                Debug.Assert(none == 0, "a read of zero bytes only waits");
            }

            if (!await FillAsync(needed, cancellationToken))
            {
                return new WebSocketMessage(WebSocketMessageKind.EndOfStream);
            }
        }
    }

    /// <summary>Whether more whole messages than <paramref name="limit"/> have arrived that nobody has read. Takes in what is there and
    /// waits for nothing. Throws what the stream throws.</summary>
    public async ValueTask<bool> HasMoreThanAsync(int limit, CancellationToken cancellationToken)
    {
        ReleaseLast();
        while (CountWhole() <= limit && _end - _start <= (limit + 1) * MaxMessageBytes)
        {
            _somethingThere ??= stream.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask();
            if (!_somethingThere.IsCompletedSuccessfully)
            {
                return false;
            }

            _somethingThere = null;
            if (!await FillAsync(_end - _start + FirstRentBytes, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads and forgets until the peer ends the connection: a socket closed with unread bytes would be reset,
    /// and the peer would never see our close frame.</summary>
    public async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _start = _end = 0;
        MakeRoom(FirstRentBytes);
        while (await stream.ReadAsync(_buffer, cancellationToken) > 0)
        {
            // nothing to do with it
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _start = _end = 0;
        GiveBack();
        ReturnMessage();
    }

    private async ValueTask<bool> FillAsync(int needed, CancellationToken cancellationToken)
    {
        MakeRoom(needed);
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read > 0)
        {
            Volatile.Write(ref _lastHeard, time.GetTimestamp());
        }

        _end += read;
        return read > 0;
    }

    private int CountWhole()
    {
        int count = 0;
        int at = _start;
        while (WebSocketHeader.TryRead(_buffer.AsSpan(at, _end - at), out WebSocketHeader header, out int consumed) == WebSocketHeaderResult.Read
            && header.Length <= _end - at - consumed)
        {
            at += consumed + (int)header.Length;
            count += header.Fin && !IsControl(header) ? 1 : 0;
        }

        return count;
    }

    // True with a message or an error; false when more bytes are needed.
    private bool TryTake(out WebSocketMessage message, out int needed)
    {
        message = default;
        while (true)
        {
            ReadOnlySpan<byte> unread = _buffer.AsSpan(_start, _end - _start);
            WebSocketHeaderResult result = WebSocketHeader.TryRead(unread, out WebSocketHeader header, out int consumed);
            if (result == WebSocketHeaderResult.Incomplete)
            {
                needed = WebSocketHeader.MaxBytes;
                return false;
            }

            needed = 0;
            if (result == WebSocketHeaderResult.ProtocolError || IsOutOfOrder(header))
            {
                message = new WebSocketMessage(WebSocketMessageKind.ProtocolError);
                return true;
            }

            if (!IsControl(header) && header.Length > MaxMessageBytes - _messageBytes)
            {
                message = new WebSocketMessage(WebSocketMessageKind.TooBig);
                return true;
            }

            if (unread.Length - consumed < header.Length)
            {
                needed = consumed + (int)header.Length;
                return false;
            }

            Memory<byte> payload = _buffer.AsMemory(_start + consumed, (int)header.Length);
            WebSocketHeader.ApplyMask(payload.Span, header.Mask);
            _start += consumed + (int)header.Length;
            if (Accept(header, payload, out message))
            {
                return true;
            }
        }
    }

    private bool Accept(WebSocketHeader header, ReadOnlyMemory<byte> payload, out WebSocketMessage message)
    {
        message = header.Opcode switch
        {
            WebSocketOpcode.Ping => new WebSocketMessage(WebSocketMessageKind.Ping, payload),
            WebSocketOpcode.Pong => new WebSocketMessage(WebSocketMessageKind.Pong, payload),
            WebSocketOpcode.Close => new WebSocketMessage(WebSocketMessageKind.Close, payload),
            _ => Data(payload, header.Fin && !_inMessage),
        };
        if (IsControl(header) || (header.Fin && !_inMessage))
        {
            return true;
        }

        Append(payload.Span);
        _inMessage = !header.Fin;
        if (!header.Fin)
        {
            return false;
        }

        _messageDone = true;
        message = Data(_message.AsMemory(0, _messageBytes), whole: true);
        return true;
    }

    // Binary messages are read as text, so they must be text.
    private static WebSocketMessage Data(ReadOnlyMemory<byte> payload, bool whole) =>
        new(whole && !Utf8.IsValid(payload.Span) ? WebSocketMessageKind.BadText : WebSocketMessageKind.Data, payload);

    private static bool IsControl(WebSocketHeader header) => header.Opcode >= WebSocketOpcode.Close;

    private bool IsOutOfOrder(WebSocketHeader header) =>
        !IsControl(header) && (header.Opcode == WebSocketOpcode.Continuation) != _inMessage;

    private void Append(ReadOnlySpan<byte> fragment)
    {
        if (_message.Length - _messageBytes < fragment.Length)
        {
            byte[] bigger = ArrayPool<byte>.Shared.Rent(Math.Max(_messageBytes + fragment.Length, _message.Length * 2));
            _message.AsSpan(0, _messageBytes).CopyTo(bigger);
            int kept = _messageBytes;
            ReturnMessage();
            _message = bigger;
            _messageBytes = kept;
        }

        fragment.CopyTo(_message.AsSpan(_messageBytes));
        _messageBytes += fragment.Length;
    }

    private void ReleaseLast()
    {
        if (_messageDone)
        {
            _messageDone = false;
            ReturnMessage();
        }
    }

    // Grows by doubling as data arrives: a header alone can not make us rent 25 MiB.
    private void MakeRoom(int needed)
    {
        int unread = _end - _start;
        int wanted = Math.Min(needed, Math.Max(unread * 2, FirstRentBytes));
        if (_buffer.Length - _start >= Math.Max(wanted, unread + 1))
        {
            return;
        }

        if (_buffer.Length >= Math.Max(wanted, unread + 1))
        {
            _buffer.AsSpan(_start, unread).CopyTo(_buffer);
        }
        else
        {
            byte[] bigger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, FirstRentBytes));
            _buffer.AsSpan(_start, unread).CopyTo(bigger);
            GiveBack();
            _buffer = bigger;
        }

        _start = 0;
        _end = unread;
    }

    private void GiveBack()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _start = _end = 0;
    }

    private void ReturnMessage()
    {
        if (_message.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_message);
        }

        _message = [];
        _messageBytes = 0;
    }
}

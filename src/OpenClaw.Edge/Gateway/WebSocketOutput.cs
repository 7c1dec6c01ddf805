using System.Buffers;
using System.Buffers.Text;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes frames to a connection. Senders queue; one drain at a time packs everything that waits into as few
/// writes as possible, and no task exists while nothing waits. A sender that finds the peer idle may start the drain on its
/// own thread: the socket takes the bytes without a thread switch, and what it does not take goes on in the pool.
/// Thread-safe.</summary>
internal sealed class WebSocketOutput(Stream stream, OutboundBudget budget, int maxWaitingBytes)
    : IThreadPoolWorkItem
{
    private const int MaxChunkBytes = 64 * 1024;
    private const int KeptQueueLength = 8;
    private const int MaxSuffixBytes = 28; // ,"seq":<19 digits>}
    private const long FairShareBytes = 1 << 20;

    private readonly Lock _gate = new();
    private OutboundFrame[] _queue = [];
    private OutboundFrame[] _spare = [];
    private int _queued;
    private long _waiting;
    private long _seq;
    private bool _draining;
    private bool _closed;
    private TaskCompletionSource? _drained;

    /// <summary>Whether writing has failed: the peer is gone.</summary>
    public bool Broken { get; private set; }

    /// <summary>Queues a whole frame.</summary>
    public SendOutcome Send(ReadOnlyMemory<byte> frame, WebSocketOpcode opcode = WebSocketOpcode.Text)
    {
        bool start;
        lock (_gate)
        {
            if (_closed)
            {
                return SendOutcome.Closed;
            }

            if (IsFull)
            {
                return SendOutcome.Overflow;
            }

            start = Enqueue(new OutboundFrame(frame, 0, opcode));
        }

        Start(start, now: false);
        return SendOutcome.Queued;
    }

    /// <summary>Queues an event under the connection's next number.</summary>
    /// <param name="open">The event without its closing brace; not changed afterwards by anyone.</param>
    /// <param name="dropIfSlow">Whether a slow peer may miss it; the number is used up all the same.</param>
    public SendOutcome SendEvent(ReadOnlyMemory<byte> open, bool dropIfSlow) =>
        SendEvents(open, ReadOnlyMemory<byte>.Empty, dropIfSlow, now: false);

    /// <summary>Queues one or two events under the connection's next numbers; two go out in one write.</summary>
    /// <param name="first">Like <see cref="SendEvent"/>'s.</param>
    /// <param name="second">Empty for none.</param>
    /// <param name="dropIfSlow">Whether a slow peer may miss them; the numbers are used up all the same.</param>
    /// <param name="now">Whether the calling thread may write, if nothing waits.</param>
    public SendOutcome SendEvents(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second, bool dropIfSlow, bool now)
    {
        bool start;
        lock (_gate)
        {
            if (_closed)
            {
                return SendOutcome.Closed;
            }

            long seq = _seq + 1;
            _seq += second.IsEmpty ? 1 : 2;
            if (IsFull)
            {
                return dropIfSlow ? SendOutcome.Skipped : SendOutcome.Overflow;
            }

            start = Enqueue(new OutboundFrame(first, seq, WebSocketOpcode.Text));
            if (!second.IsEmpty)
            {
                Enqueue(new OutboundFrame(second, seq + 1, WebSocketOpcode.Text));
            }
        }

        Start(start, now);
        return SendOutcome.Queued;
    }

    /// <summary>Queues the close frame behind everything that waits; nothing is accepted after it.</summary>
    public void Close(ReadOnlyMemory<byte> closePayload)
    {
        bool start = false;
        lock (_gate)
        {
            if (!_closed)
            {
                start = Enqueue(new OutboundFrame(closePayload, 0, WebSocketOpcode.Close));
                _closed = true;
            }
        }

        Start(start, now: false);
    }

    /// <summary>Accepts nothing more and completes when no write is under way. Cut the stream first if the peer may
    /// have stopped reading.</summary>
    public Task CompleteAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (!_draining)
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <inheritdoc />
    void IThreadPoolWorkItem.Execute() => _ = DrainAsync();

    private bool IsFull => _waiting > maxWaitingBytes || (_waiting > FairShareBytes && budget.Exceeded);

    // True when nobody drains: the caller must start it, outside the lock.
    private bool Enqueue(OutboundFrame frame)
    {
        if (_queued == _queue.Length)
        {
            Array.Resize(ref _queue, Math.Max(4, _queue.Length * 2));
        }

        _queue[_queued++] = frame;
        _waiting += frame.Bytes.Length;
        budget.Add(frame.Bytes.Length);
        bool start = !_draining;
        _draining = true;
        return start;
    }

    private void Start(bool start, bool now)
    {
        if (!start)
        {
            return;
        }

        if (now)
        {
            _ = DrainAsync();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private async Task DrainAsync()
    {
        while (TakeBatch(out OutboundFrame[] batch, out int count))
        {
            long bytes = 0;
            for (int index = 0; index < count; index++)
            {
                bytes += batch[index].Bytes.Length;
            }

            try
            {
                if (!Broken)
                {
                    await WriteAsync(batch, count, bytes);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException
                or ObjectDisposedException or InvalidOperationException)
            {
                Broken = true; // the read loop sees the same end and closes the connection
            }

            GiveBack(batch, count, bytes);
        }
    }

    private bool TakeBatch(out OutboundFrame[] batch, out int count)
    {
        lock (_gate)
        {
            batch = _queue;
            count = _queued;
            if (count == 0)
            {
                _draining = false;
                _drained?.TrySetResult();
                return false;
            }

            _queue = _spare;
            _spare = [];
            _queued = 0;
            return true;
        }
    }

    private void GiveBack(OutboundFrame[] batch, int count, long bytes)
    {
        budget.Add(-bytes);
        lock (_gate)
        {
            _waiting -= bytes;
            if (batch.Length <= KeptQueueLength)
            {
                Array.Clear(batch, 0, count);
                _spare = batch;
            }
        }
    }

    private async ValueTask WriteAsync(OutboundFrame[] batch, int count, long bytes)
    {
        long wanted = bytes + ((long)count * (MaxSuffixBytes + WebSocketHeader.MaxBytes));
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, MaxChunkBytes));
        try
        {
            int used = 0;
            for (int index = 0; index < count; index++)
            {
                OutboundFrame frame = batch[index];
                if (chunk.Length - used < frame.Bytes.Length + MaxSuffixBytes + WebSocketHeader.MaxBytes)
                {
                    used = await FlushAsync(chunk, used);
                }

                int suffix = SuffixBytes(frame.Seq);
                used += WebSocketHeader.WriteServer(chunk.AsSpan(used), frame.Opcode, frame.Bytes.Length + suffix);
                if (chunk.Length - used < frame.Bytes.Length + suffix)
                {
                    await FlushAsync(chunk, used);
                    await stream.WriteAsync(frame.Bytes);
                    used = 0;
                }
                else
                {
                    frame.Bytes.Span.CopyTo(chunk.AsSpan(used));
                    used += frame.Bytes.Length;
                }

                used += WriteSuffix(chunk.AsSpan(used), frame.Seq);
            }

            await FlushAsync(chunk, used);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async ValueTask<int> FlushAsync(byte[] chunk, int used)
    {
        if (used > 0)
        {
            await stream.WriteAsync(chunk.AsMemory(0, used));
        }

        return 0;
    }

    private static int SuffixBytes(long seq)
    {
        if (seq == 0)
        {
            return 0;
        }

        int digits = 1;
        for (long rest = seq; rest >= 10; rest /= 10)
        {
            digits++;
        }

        return 8 + digits;
    }

    // ,"seq":N}
    private static int WriteSuffix(Span<byte> destination, long seq)
    {
        if (seq == 0)
        {
            return 0;
        }

        ",\"seq\":"u8.CopyTo(destination);
        Utf8Formatter.TryFormat(seq, destination[7..], out int digits);
        destination[7 + digits] = (byte)'}';
        return 8 + digits;
    }
}

using System.IO.Pipelines;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes frames to a connection. Senders queue; one drain at a time packs everything that waits into as few
/// writes as possible, and no task exists while nothing waits. A sender that finds the peer idle may start the drain on its
/// own thread: the socket takes the bytes without a thread switch, and what it does not take goes on in the pool. A text
/// update that still waits when the next one of its stream comes is replaced by it: a slow peer holds one update a run.
/// Thread-safe.</summary>
internal sealed class WebSocketOutput(PipeWriter output, OutboundBudget budget, int maxWaitingBytes, TimeProvider time)
    : IThreadPoolWorkItem
{
    /// <summary>How long a peer with more than its fair share may take nothing at all while memory is short. A peer that
    /// reads, however slowly, is not one that does not read: a busy machine delays both of its ends.</summary>
    public static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(10); // guess

    // What a peer that stopped reading holds, at most, in the web server's pool, which never gives memory back. A longer
    // frame goes out in slices. Smaller chunks cost a fifth of the tokens a second: each is a system call.
    private const int MaxChunkBytes = 64 * 1024;
    private const int SliceBytes = 16 * 1024;
    private const int KeptQueueLength = 8;
    private const int MaxBatchLength = 64;
    private const long FairShareBytes = 1 << 20;

    private readonly Lock _gate = new();
    private OutboundFrame[] _queue = []; // a ring; its length is a power of two
    private OutboundFrame[] _batch = [];
    private int _head;
    private int _queued;
    private int _mostQueued; // since the queue was last empty
    private int _mergeFrom; // nothing before it may be replaced: another frame came after
    private long _waiting; // bytes on the wire
    private long _held; // bytes in memory
    private long _stuckSince; // timestamp of the write that the peer has not taken yet; 0 when there is none
    private long _seq;
    private bool _draining;
    private bool _closed;
    private TaskCompletionSource? _drained;

    /// <summary>Whether writing has failed: the peer is gone.</summary>
    public bool Broken { get; private set; }

    /// <summary>Bytes that wait for the peer.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Queues a whole frame. A pong takes the place of one that waits last: an empty one weighs nothing, and a peer that pings
    /// and does not read would have any number of them waiting. Source: RFC 6455, 5.5.3.</summary>
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

            OutboundFrame whole = new(frame, 0, opcode);
            if (opcode == WebSocketOpcode.Pong && _queued > 0 && Place(_queued - 1) is { Opcode: WebSocketOpcode.Pong } waiting)
            {
                Count(whole.Cost - waiting.Cost, whole.Held - waiting.Held);
                Place(_queued - 1) = whole;
                return SendOutcome.Queued;
            }

            start = Enqueue(whole);
        }

        Start(start, now: false);
        return SendOutcome.Queued;
    }

    /// <summary>Queues an event under the connection's next number.</summary>
    /// <param name="open">The event without its closing brace; not changed afterwards by anyone.</param>
    /// <param name="dropIfSlow">Whether a slow peer may miss it; the number is used up all the same.</param>
    public SendOutcome SendEvent(ReadOnlyMemory<byte> open, bool dropIfSlow)
    {
        bool start;
        lock (_gate)
        {
            if (_closed)
            {
                return SendOutcome.Closed;
            }

            long seq = ++_seq;
            if (IsFull)
            {
                _mergeFrom = _queued; // text must not overtake what was left out
                return dropIfSlow ? SendOutcome.Skipped : SendOutcome.Overflow;
            }

            start = Enqueue(new OutboundFrame(open, seq, WebSocketOpcode.Text));
        }

        Start(start, now: false);
        return SendOutcome.Queued;
    }

    /// <summary>Queues a text update under the connection's next numbers, or merges it into one that waits and keeps its
    /// numbers. A full queue misses it; the numbers are used up all the same.</summary>
    /// <param name="update">The update.</param>
    /// <param name="now">Whether the calling thread may write, if nothing waits.</param>
    public SendOutcome SendUpdate(TextUpdate update, bool now)
    {
        bool start;
        lock (_gate)
        {
            if (_closed)
            {
                return SendOutcome.Closed;
            }

            if (TryMerge(update))
            {
                return SendOutcome.Queued;
            }

            long seq = _seq + 1;
            _seq += update.HasSecond ? 2 : 1;
            if (IsFull)
            {
                return SendOutcome.Skipped;
            }

            int mergeFrom = _mergeFrom;
            start = Enqueue(OutboundFrame.Of(update, seq));
            _mergeFrom = mergeFrom;
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

    private bool IsFull => _waiting > maxWaitingBytes
        || (_held > FairShareBytes && budget.Exceeded && (budget.Overrun || IsStuck));

    private bool IsStuck => Volatile.Read(ref _stuckSince) is not 0 and long since && time.GetElapsedTime(since) >= StuckAfter;

    // True when nobody drains: the caller must start it, outside the lock.
    private bool Enqueue(OutboundFrame frame)
    {
        if (_queued == _queue.Length)
        {
            Resize(Math.Max(4, _queue.Length * 2));
        }

        Place(_queued++) = frame;
        _mergeFrom = _queued;
        _mostQueued = Math.Max(_mostQueued, _queued);
        Count(frame.Cost, frame.Held);
        bool start = !_draining;
        _draining = true;
        return start;
    }

    // The frame that has this many before it.
    private ref OutboundFrame Place(int index) => ref _queue[(_head + index) & (_queue.Length - 1)];

    private void Resize(int length)
    {
        OutboundFrame[] ring = new OutboundFrame[length];
        for (int index = 0; index < _queued; index++)
        {
            ring[index] = Place(index);
        }

        _queue = ring;
        _head = 0;
    }

    // A burst's room goes in halves while little waits, ticks included: the next piece of the burst finds it still there.
    private void Shrink()
    {
        if (_queue.Length > KeptQueueLength && _mostQueued <= _queue.Length / 4)
        {
            Resize(_queue.Length / 2);
        }

        if (_queue.Length <= KeptQueueLength && _batch.Length > KeptQueueLength)
        {
            _batch = [];
        }

        _mostQueued = 0;
    }

    private bool TryMerge(TextUpdate update)
    {
        for (int index = _queued - 1; index >= _mergeFrom; index--)
        {
            ref OutboundFrame waiting = ref Place(index);
            if (waiting.Update?.Stream == update.Stream)
            {
                long before = waiting.Cost;
                waiting = waiting.Grown(update);
                _waiting += waiting.Cost - before;
                return true;
            }
        }

        return false;
    }

    private void Count(long waiting, long held)
    {
        _waiting += waiting;
        _held += held;
        budget.Add(held);
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
        while (TakeBatch(out int count, out long bytes, out long held))
        {
            try
            {
                if (!Broken)
                {
                    await WriteAsync(count);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException
                or ObjectDisposedException or InvalidOperationException)
            {
                Broken = true; // the read loop sees the same end and closes the connection
            }

            Array.Clear(_batch, 0, count);
            lock (_gate)
            {
                Count(-bytes, -held);
            }
        }
    }

    // A batch is as small as a chunk: what is not in it can still be merged. Only the drain touches it.
    private bool TakeBatch(out int count, out long bytes, out long held)
    {
        lock (_gate)
        {
            count = 0;
            bytes = 0;
            held = 0;
            if (_queued == 0)
            {
                Shrink();
                _draining = false;
                _drained?.TrySetResult();
                return false;
            }

            int most = Math.Min(_queued, MaxBatchLength);
            if (_batch.Length < most)
            {
                _batch = new OutboundFrame[Math.Max(4, most)];
            }

            while (count < most && (count == 0 || bytes + Place(0).Cost <= MaxChunkBytes))
            {
                ref OutboundFrame first = ref Place(0);
                bytes += first.Cost;
                held += first.Held;
                _batch[count++] = first;
                first = default;
                _head = (_head + 1) & (_queue.Length - 1);
                _queued--;
            }

            _mergeFrom = Math.Max(0, _mergeFrom - count);
            return true;
        }
    }

    // Frames are composed in the pipe's own memory; one that is longer than a chunk goes through it piece by piece.
    private async ValueTask WriteAsync(int count)
    {
        int index = 0;
        while (index < count)
        {
            index = PutShort(index, count);
            if (index < count)
            {
                await WriteLongAsync(_batch[index++]);
            }
        }

        await FlushAsync();
    }

    // Puts frames up to a long one; returns its index, or the count.
    private int PutShort(int index, int count)
    {
        FramePen pen = new(output);
        for (; index < count && _batch[index].Cost <= MaxChunkBytes; index++)
        {
            OutboundFrame frame = _batch[index];
            if (frame.Update is not { } update)
            {
                PutHeader(ref pen, frame.Opcode, frame.Bytes.Length, frame.Seq);
                pen.Add(frame.Bytes.Span);
                PutSuffix(ref pen, frame.Seq);
                continue;
            }

            PutEvent(ref pen, update, second: false, frame.FirstDelta, frame.Seq);
            if (update.HasSecond)
            {
                PutEvent(ref pen, update, second: true, frame.SecondDelta, frame.Seq + 1);
            }
        }

        pen.Commit();
        return index;
    }

    private static void PutEvent(ref FramePen pen, TextUpdate update, bool second, int delta, long seq)
    {
        (ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) = update.Texts(second, delta);
        PutHeader(ref pen, WebSocketOpcode.Text, update.Length(second, delta), seq);
        update.WriteHead(ref pen, second);
        pen.Add(one.Span);
        TextUpdate.WriteMiddle(ref pen, second);
        pen.Add(other.Span);
        update.WriteTail(ref pen, second);
        PutSuffix(ref pen, seq);
    }

    private async ValueTask WriteLongAsync(OutboundFrame frame)
    {
        if (frame.Update is { } update)
        {
            await WriteLongAsync(update, second: false, frame.FirstDelta, frame.Seq);
            if (update.HasSecond)
            {
                await WriteLongAsync(update, second: true, frame.SecondDelta, frame.Seq + 1);
            }

            return;
        }

        Put((ref FramePen pen) => PutHeader(ref pen, frame.Opcode, frame.Bytes.Length, frame.Seq));
        await WriteSlicesAsync(frame.Bytes);
        Put((ref FramePen pen) => PutSuffix(ref pen, frame.Seq));
    }

    private async ValueTask WriteLongAsync(TextUpdate update, bool second, int delta, long seq)
    {
        (ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) = update.Texts(second, delta);
        Put((ref FramePen pen) =>
        {
            PutHeader(ref pen, WebSocketOpcode.Text, update.Length(second, delta), seq);
            update.WriteHead(ref pen, second);
        });
        await WriteSlicesAsync(one);
        Put((ref FramePen pen) => TextUpdate.WriteMiddle(ref pen, second));
        await WriteSlicesAsync(other);
        Put((ref FramePen pen) =>
        {
            update.WriteTail(ref pen, second);
            PutSuffix(ref pen, seq);
        });
    }

    private void Put(PenWork work)
    {
        FramePen pen = new(output);
        work(ref pen);
        pen.Commit();
    }

    private async ValueTask WriteSlicesAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty && !Broken)
        {
            ReadOnlyMemory<byte> slice = bytes[..Math.Min(bytes.Length, SliceBytes)];
            Put((ref FramePen pen) => pen.Add(slice.Span));
            bytes = bytes[slice.Length..];
            if (slice.Length == SliceBytes)
            {
                await FlushAsync();
            }
        }
    }

    private async ValueTask FlushAsync()
    {
        ValueTask<FlushResult> flushing = output.FlushAsync();
        if (!flushing.IsCompleted)
        {
            Volatile.Write(ref _stuckSince, Math.Max(1, time.GetTimestamp()));
        }

        FlushResult result = await flushing;
        Volatile.Write(ref _stuckSince, 0);
        Broken |= result.IsCompleted; // nobody takes bytes any more
    }

    private static void PutHeader(ref FramePen pen, WebSocketOpcode opcode, int length, long seq)
    {
        Span<byte> header = stackalloc byte[WebSocketHeader.MaxBytes];
        int suffix = seq == 0 ? 0 : SuffixStart.Length + FramePen.DigitsOf(seq) + 1;
        pen.Add(header[..WebSocketHeader.WriteServer(header, opcode, length + suffix)]);
    }

    private static ReadOnlySpan<byte> SuffixStart => ",\"seq\":"u8;

    // ,"seq":N}
    private static void PutSuffix(ref FramePen pen, long seq)
    {
        if (seq != 0)
        {
            pen.Add(SuffixStart);
            pen.Add(seq);
            pen.Add("}"u8);
        }
    }

    private delegate void PenWork(ref FramePen pen);
}

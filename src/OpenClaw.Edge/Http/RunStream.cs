using System.Buffers;
using System.Threading.Channels;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary>Text of one run on its way to one HTTP caller. The run's thread adds, the request's thread takes; what piles
/// up while the caller is slow is merged, and has a limit. Thread-safe.</summary>
internal sealed class RunStream(RunStreams owner, string runId) : IDisposable
{
    /// <summary>Bytes that may wait for a slow caller. A megabyte of answer is more than any model's window.</summary>
    public const int MaxWaitingBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    // The waiting request goes on at once on the run's thread, which brought the text: it writes to a socket and waits again.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, AllowSynchronousContinuations = true });

    private ArrayBufferWriter<byte> _filling = new();
    private ArrayBufferWriter<byte> _draining = new();
    private bool _ended;
    private bool _overflowed;

    /// <summary>The run whose text this is.</summary>
    public string RunId => runId;

    /// <summary>Called on the run's thread when text had to be dropped: the caller may be stuck in a write just then, and
    /// only the end of its connection frees it.</summary>
    public Action? Overflowing { get; set; }

    /// <summary>Keeps what the caller needs of an event; runs on the run's thread and never blocks.</summary>
    public void On(RunEvent runEvent)
    {
        bool overflows = false;
        lock (_gate)
        {
            switch (runEvent)
            {
                case RunTextEvent text when _filling.WrittenCount + text.RunDeltaEscaped.Length <= MaxWaitingBytes:
                    _filling.Write(text.RunDeltaEscaped.Span);
                    break;
                case RunTextEvent:
                    overflows = !_overflowed;
                    _overflowed = true;
                    break;
                case RunEndedEvent:
                    _ended = true;
                    break;
                default:
                    return;
            }
        }

        Wake();
        if (overflows)
        {
            Overflowing?.Invoke();
        }
    }

    /// <summary>Wakes the waiting request, which then looks whether a keep-alive is due.</summary>
    public void Wake() => _signal.Writer.TryWrite(true);

    /// <summary>Waits until something happened since the last call.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) =>
        await _signal.Reader.ReadAsync(cancellationToken);

    /// <summary>Takes the text that arrived, escaped for JSON; valid until the next call.</summary>
    /// <param name="ended">Whether the run is over and no more text comes.</param>
    /// <param name="overflowed">Whether the caller was so slow that text had to be dropped: its connection must go.</param>
    public ReadOnlyMemory<byte> Take(out bool ended, out bool overflowed)
    {
        lock (_gate)
        {
            (_filling, _draining) = (_draining, _filling);
            _filling.ResetWrittenCount();
            ended = _ended;
            overflowed = _overflowed;
            return _draining.WrittenMemory;
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => owner.Close(this);
}

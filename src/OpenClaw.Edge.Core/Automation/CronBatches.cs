using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Threading.Channels;

namespace OpenClaw.Edge.Automation;

/// <summary>Makes batches of the lines that a source prints: one that is open, and one that waits while a run is under way. Both are bounded.
/// Thread-safe.</summary>
internal sealed class CronBatches : IDisposable
{
    /// <summary>What stands where lines were left out.</summary>
    public const string CutMark = "[truncated]";

    private const int LinesPerBatch = 4; // of the size of a batch, for one line

    private readonly Lock _gate = new();
    private readonly StringBuilder _open = new();
    private readonly LineBuffer _output;
    private readonly LineBuffer _errors;
    private readonly CronLineMatch? _match;
    private readonly int _maxBytes;
    private readonly TimeSpan _quiet;
    private readonly ITimer _timer;
    private readonly Channel<bool> _closed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private string? _pending;
    private int _openBytes;
    private int _coalesced;

    public CronBatches(CronSchedule schedule, TimeProvider time)
    {
        _maxBytes = schedule.MaxBatchBytes ?? 16_384; // the original's
        _quiet = TimeSpan.FromMilliseconds(schedule.BatchMs ?? 250); // the original's
        _match = schedule.Mode == "match" ? CronLineMatch.Parse(schedule.Match) : null;
        _output = new LineBuffer(_maxBytes * LinesPerBatch);
        _errors = new LineBuffer(_maxBytes * LinesPerBatch);
        _timer = time.CreateTimer(_ => Close(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Batches that became one since somebody last asked.</summary>
    public int TakeCoalesced() => Interlocked.Exchange(ref _coalesced, 0);

    /// <summary>Takes output.</summary>
    public void Hear(ReadOnlySpan<byte> bytes, bool isError)
    {
        lock (_gate)
        {
            foreach ((string line, bool isCut) in (isError ? _errors : _output).Add(bytes))
            {
                Take(line, isCut);
            }
        }
    }

    /// <summary>The source has ended: what it left counts as a line.</summary>
    public void End()
    {
        lock (_gate)
        {
            foreach (LineBuffer buffer in (LineBuffer[])[_output, _errors])
            {
                if (buffer.Rest() is { } line)
                {
                    Take(line, isCut: false);
                }
            }
        }

        Close();
    }

    /// <summary>The next batch, as soon as there is one.</summary>
    public async Task<string> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_pending is { } batch)
                {
                    _pending = null;
                    return batch;
                }
            }

            await _closed.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>Puts a batch back in front of what has come since.</summary>
    public void Return(string batch)
    {
        lock (_gate)
        {
            _pending = _pending is null ? batch : Joined(batch, _pending);
        }

        _closed.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is one, and leaves it.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken) => Return(await NextAsync(cancellationToken));

    public void Dispose() => _timer.Dispose();

    private void Take(string line, bool isCut)
    {
        if (_match is not null && (isCut || !_match.IsMatch(line)))
        {
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(line) + 1;
        _open.Append(_open.Length > 0 ? "\n" : "").Append(line);
        _openBytes += bytes;
        if (_openBytes >= _maxBytes)
        {
            Close();
        }
        else
        {
            _timer.Change(_quiet, Timeout.InfiniteTimeSpan);
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            if (_open.Length == 0)
            {
                return;
            }

            string batch = Fit(_open.ToString());
            _open.Clear();
            _openBytes = 0;
            _coalesced += _pending is null ? 0 : 1;
            _pending = _pending is null ? batch : Joined(_pending, batch);
        }

        _closed.Writer.TryWrite(true);
    }

    private string Joined(string first, string second) => Fit($"{first}\n{second}");

    private string Fit(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= _maxBytes)
        {
            return text;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int end = _maxBytes - CutMark.Length;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(bytes, 0, end) + CutMark;
    }

    [SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "memory, nothing to give back")]
    private sealed class LineBuffer(int most)
    {
        private readonly MemoryStream _line = new();
        private bool _isCut;

        public List<(string Line, bool IsCut)> Add(ReadOnlySpan<byte> bytes)
        {
            List<(string, bool)> lines = [];
            while (bytes.Length > 0)
            {
                int end = bytes.IndexOf((byte)'\n');
                ReadOnlySpan<byte> part = end < 0 ? bytes : bytes[..end];
                int room = most - (int)_line.Length;
                _isCut |= part.Length > room;
                _line.Write(part[..Math.Min(part.Length, room)]);
                if (end < 0)
                {
                    break;
                }

                lines.Add((Text(), _isCut));
                _line.SetLength(0);
                _isCut = false;
                bytes = bytes[(end + 1)..];
            }

            return lines;
        }

        public string? Rest()
        {
            string? text = _line.Length > 0 && !_isCut ? Text() : null;
            _line.SetLength(0);
            _isCut = false;
            return text;
        }

        private string Text() => Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length).TrimEnd('\r');
    }
}

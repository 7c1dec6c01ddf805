using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>Owns console and log file: one loop over one bounded channel, so that a slow disk or terminal never holds up a
/// run. Lines that do not fit are counted and the count is logged; identical lines in a row are folded.</summary>
internal sealed class LogSink : IAsyncDisposable
{
    private const int Capacity = 4096; // lines; guess: a burst of a failing channel, about 1 MB

    private readonly Channel<LogLine> _lines = Channel.CreateBounded<LogLine>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly LogStyle _style;
    private readonly Stream _console;
    private readonly RollingLogFile? _file;
    private readonly JournalSocket? _journal;
    private readonly ArrayBufferWriter<byte> _consoleBytes = new(1024);
    private readonly ArrayBufferWriter<byte> _fileBytes = new(1024);
    private readonly Task _loop;
    private long _dropped;
    private LogLine _last;
    private int _repeats;

    /// <summary>Starts the writer loop.</summary>
    /// <param name="style">How the console shows lines.</param>
    /// <param name="console">Where console lines go; disposed with the sink.</param>
    /// <param name="filePath">Log file; null for none.</param>
    /// <param name="journal">Takes the lines with their fields in place of the console; disposed with the sink. What it does not
    /// take goes to the console.</param>
    public LogSink(LogStyle style, Stream console, string? filePath, JournalSocket? journal = null)
    {
        _journal = journal;
        _style = style;
        _console = console;
        _file = filePath is null ? null : new RollingLogFile(filePath);
        _loop = Task.Run(WriteAllAsync);
    }

    /// <summary>Whether somebody reads the fields of a line.</summary>
    public bool KeepsFields => _journal is not null;

    /// <summary>Queues a line; never blocks and never fails.</summary>
    public void Write(in LogLine line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _loop;
        _file?.Dispose();
        _journal?.Dispose();
        await _console.DisposeAsync();
    }

    private async Task WriteAllAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out LogLine line))
            {
                Take(line);
            }

            long dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
            {
                Format(_last with { Level = LogLevel.Warning, Subsystem = "log", Text = $"{dropped} lines dropped: the log could not keep up." });
            }

            Flush();
        }

        FlushRepeats();
        Flush();
    }

    private void Take(in LogLine line)
    {
        if (line.Text == _last.Text && line.Subsystem == _last.Subsystem && line.Level == _last.Level)
        {
            _repeats++;
            return;
        }

        FlushRepeats();
        _last = line;
        Format(line);
    }

    private void FlushRepeats()
    {
        if (_repeats > 0)
        {
            Format(_last with { Text = $"the line before came {_repeats} more time(s)." });
            _repeats = 0;
        }
    }

    private void Format(in LogLine line)
    {
        if (_journal?.TryWrite(line) != true && _style != LogStyle.Off)
        {
            LogFormat.WriteConsole(line, _style, _consoleBytes);
        }

        if (_file is not null && !line.Private)
        {
            LogFormat.WriteJson(line, _fileBytes);
        }
    }

    private void Flush()
    {
        try
        {
            _console.Write(_consoleBytes.WrittenSpan);
            _console.Flush();
        }
        catch (IOException)
        {
            // The terminal has gone; the file still gets the lines.
        }

        _file?.Append(_fileBytes.WrittenSpan);
        _consoleBytes.ResetWrittenCount();
        _fileBytes.ResetWrittenCount();
    }
}

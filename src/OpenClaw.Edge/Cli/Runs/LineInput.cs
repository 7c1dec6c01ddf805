namespace OpenClaw.Edge.Cli.Runs;

/// <summary>The lines that a person types, handed to whoever waits for one: a question goes before the conversation. One read of the
/// terminal at a time; a line that nobody wants any more is kept for the next who asks. Thread-safe.</summary>
/// <param name="reader">The terminal, or a pipe.</param>
internal sealed class LineInput(TextReader reader)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<string?>> _waiting = [];
    private bool _reading;
    private bool _kept;
    private string? _line;

    /// <summary>The next line; null at the end.</summary>
    /// <param name="first">Whether to go before those who wait already.</param>
    /// <param name="cancellationToken">Gives up; the line is somebody else's then.</param>
    public async Task<string?> ReadAsync(bool first, CancellationToken cancellationToken)
    {
        TaskCompletionSource<string?> mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration gone = cancellationToken.Register(() =>
        {
            lock (_gate)
            {
                _waiting.Remove(mine);
                mine.TrySetCanceled(cancellationToken);
            }
        });
        lock (_gate)
        {
            if (_kept)
            {
                _kept = false;
                return _line;
            }

            _ = first ? _waiting.AddFirst(mine) : _waiting.AddLast(mine);
            if (!_reading)
            {
                _reading = true;
                _ = PumpAsync();
            }
        }

        return await mine.Task;
    }

    private async Task PumpAsync()
    {
        bool more = true;
        while (more)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(CancellationToken.None);
            }
            catch (Exception broken) when (broken is IOException or ObjectDisposedException)
            {
                line = null;
            }

            more = Give(line);
        }
    }

    private bool Give(string? line)
    {
        lock (_gate)
        {
            if (_waiting.First is { } next && (_waiting.Remove(next.Value) & next.Value.TrySetResult(line)))
            {
                return _reading = _waiting.Count > 0;
            }

            (_kept, _line) = (true, line);
            return _reading = false;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Tools;

/// <summary>One command, running or ended, with what it has printed. Thread-safe. Dispose ends it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "DisposeAsync")]
public sealed class ExecSession : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ProcessExit> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HostProcess? _host;
    private ITimer? _deadline;
    private long _cursor;

    internal ExecSession(string id, ExecRequest request, string? spillPath, TimeProvider time)
    {
        Id = id;
        Request = request;
        Output = new OutputLog(spillPath);
        _time = time;
        StartedAt = time.GetUtcNow();
    }

    /// <summary>Id that the <c>process</c> tool takes.</summary>
    public string Id { get; }

    /// <summary>What was asked for.</summary>
    public ExecRequest Request { get; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Process id on this machine; null in a sandbox.</summary>
    public int? Pid => _host?.Pid;

    /// <summary>How it ended; all zero while it runs.</summary>
    public ProcessExit Exit { get; private set; }

    /// <summary>Whether its time was up.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>Whether somebody ended it.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Whether it goes on without the call that started it.</summary>
    public bool Backgrounded { get; set; }

    /// <summary>Completes when it has ended; never fails.</summary>
    public Task<ProcessExit> Ended => _ended.Task;

    /// <summary>Why it could not run to its end, such as a sandbox that went away.</summary>
    public string? Failure { get; private set; }

    /// <summary><c>running</c>, <c>completed</c>, <c>failed</c> or <c>killed</c>.</summary>
    public string Status => !_ended.Task.IsCompleted ? "running"
        : Stopped ? "killed"
        : TimedOut || Failure is not null || Exit.ExitCode != 0 ? "failed" : "completed";

    /// <summary>Whether input can be written to it.</summary>
    public bool TakesInput => _host is { TakesInput: true } && !_ended.Task.IsCompleted;

    internal OutputLog Output { get; }

    /// <summary>Ends it, with all that it has started, and waits until it is gone.</summary>
    public async Task StopAsync()
    {
        if (!_ended.Task.IsCompleted)
        {
            Stopped = true;
            await EndAsync();
        }
    }

    /// <summary>Writes to its input.</summary>
    /// <returns>Bytes it took; fewer than all when it does not read them within five seconds.</returns>
    public Task<int> WriteAsync(string text, bool end, CancellationToken cancellationToken) =>
        WriteAsync(Encoding.UTF8.GetBytes(text).AsMemory(), end, cancellationToken);

    /// <summary>The same, with bytes.</summary>
    internal async Task<int> WriteAsync(ReadOnlyMemory<byte> bytes, bool end, CancellationToken cancellationToken)
    {
        int done = 0;
        for (int wait = 0; done < bytes.Length && wait < 100; wait++)
        {
            int put = _host?.Write(bytes.Span[done..]) ?? -1;
            if (put < 0)
            {
                break;
            }

            done += put;
            if (done < bytes.Length)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
            }
        }

        if (end)
        {
            _host?.CloseInput();
        }

        return done;
    }

    /// <summary>Output since the last time somebody asked, newest last; what does not fit is skipped.</summary>
    internal string Drain(int maxChars)
    {
        long from = Interlocked.Read(ref _cursor);
        long total = Output.Total;
        from = Math.Max(from, total - (4L * maxChars));
        byte[] bytes = Output.Read(ref from, 4 * maxChars);
        Interlocked.Exchange(ref _cursor, from + bytes.Length);
        return Text(bytes, maxChars, "");
    }

    /// <summary>The end of the output; nobody's place in it moves.</summary>
    internal string Tail(int maxBytes)
    {
        long from = Math.Max(0, Output.Total - maxBytes);
        return OutputText.Clean(Output.Read(ref from, maxBytes));
    }

    /// <summary>The output as far as it fits: its start and its end.</summary>
    internal string Shown(int maxChars)
    {
        long from = 0;
        byte[] head = Output.Read(ref from, maxChars);
        Interlocked.Exchange(ref _cursor, Output.Total);
        if (from == 0 && Output.Total <= head.Length)
        {
            return Text(head, maxChars, $"; process log {Id} has them");
        }

        long tailFrom = Math.Max(0, Output.Total - maxChars);
        byte[] tail = Output.Read(ref tailFrom, maxChars);
        if (OutputText.IsBinary(head))
        {
            return Text(head, maxChars, "");
        }

        string start = OutputText.Clean(head.AsSpan(0, Math.Min(head.Length, maxChars / 4)));
        string end = OutputText.Clean(tail.AsSpan(tail.Length - Math.Min(tail.Length, maxChars - (maxChars / 4))));
        return $"{start}\n[… {Output.Total} bytes in all; the middle is left out; process log {Id} has it …]\n{end}";
    }

    internal static ExecSession Start(string id, ExecRequest request, HostCommand command, string? spillPath, TimeProvider time, out string problem)
    {
        ExecSession session = new(id, request, spillPath, time);
        problem = command.Recheck?.Invoke() ?? "";
        session._host = problem.Length > 0 ? null
            : HostProcess.Start(
                command.Launch(),
                (bytes, errors) =>
                {
                    session.Output.Append(bytes);
                    command.Tap?.Invoke(bytes, errors);
                },
                out problem);
        if (session._host is null)
        {
            session.Finish(new ProcessExit(126, 0), problem);
            return session;
        }

        session.Arm();
        _ = session.FollowAsync(session._host);
        return session;
    }

    /// <summary>Starts what runs elsewhere: <paramref name="run"/> gets a sink for output and is cancelled to end it.</summary>
    internal static ExecSession Start(
        string id, ExecRequest request, Func<Action<ReadOnlySpan<byte>>, CancellationToken, Task<int>> run, string? spillPath, TimeProvider time)
    {
        ExecSession session = new(id, request, spillPath, time);
        session.Arm();
        _ = session.FollowAsync(run);
        return session;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _ended.Task;
        Output.Dispose();
        _stop.Dispose();
        if (_deadline is not null)
        {
            await _deadline.DisposeAsync();
        }
    }

    private static string Text(byte[] bytes, int maxChars, string hint) => OutputText.IsBinary(bytes)
        ? $"[binary output, {bytes.Length} bytes; not shown. Write it to a file, or pipe it through xxd or base64]"
        : OutputText.Fit(OutputText.Clean(bytes), maxChars, hint);

    private void Arm()
    {
        if (Request.Timeout > TimeSpan.Zero)
        {
            _deadline = _time.CreateTimer(
                static state =>
                {
                    ExecSession session = (ExecSession)state!;
                    session.TimedOut = !session._ended.Task.IsCompleted;
                    _ = session.EndAsync();
                },
                this,
                Request.Timeout,
                Timeout.InfiniteTimeSpan);
        }
    }

    private async Task EndAsync()
    {
        if (_host is not null)
        {
            await _host.EndAsync(_time);
        }
        else
        {
            await _stop.CancelAsync();
        }

        await _ended.Task;
    }

    private async Task FollowAsync(HostProcess host)
    {
        ProcessExit exit = await host.Exited;
        Finish(exit, null);
    }

    private async Task FollowAsync(Func<Action<ReadOnlySpan<byte>>, CancellationToken, Task<int>> run)
    {
        try
        {
            Finish(new ProcessExit(await run(Output.Append, _stop.Token), 0), null);
        }
        catch (OperationCanceledException)
        {
            Finish(new ProcessExit(137, 9), null);
        }
        catch (Exception cause) // the command's edge: whatever a sandbox throws ends this command and nothing else
        {
            Finish(new ProcessExit(125, 0), cause.Message);
        }
    }

    private void Finish(ProcessExit exit, string? failure)
    {
        _deadline?.Dispose();
        Failure = failure;
        Exit = exit;
        EndedAt = _time.GetUtcNow();
        _ended.TrySetResult(exit);
    }
}

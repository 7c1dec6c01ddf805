using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Tools;

/// <summary>An MCP server that is a program of this machine: a message a line on its input and output, its standard error to
/// the log. The program, and whatever it starts in its group, ends when the gateway does, however that ends. Source: Model Context
/// Protocol 2025-06-18, transports, stdio.</summary>
internal sealed partial class McpStdioWire : McpWire
{
    // $1 the directory, then the program. Descriptor 3 is a pipe that nobody writes to: it ends with the gateway, and a shell
    // that waits for that takes the group along. No core files; first in line when memory runs out.
    private const string Preamble =
        "cd -P -- \"$1\" || exit 126; { read -r _ <&3; kill -s KILL -- \"-$$\"; } </dev/null >/dev/null 2>&1 & exec 3<&-; "
        + "{ ulimit -c 0; echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; shift; exec \"$@\"";

    private const int MaxErrorLine = 8 * 1024; // as the original
    private const int MaxErrorLines = 200; // in the log, of one life of the program
    private const int TailChars = 600;

    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_mercy = TimeSpan.FromSeconds(2);

    private readonly McpServerConfig _server;
    private readonly ProcessEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly McpLines _output = new(MaxMessageBytes);
    private readonly McpLines _errors = new(MaxErrorLine);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private HostProcess? _process;
    private SafeFileHandle? _lifeline;
    private string _tail = "";
    private int _errorLines;
    private int _garbage;
    private Task _watching = Task.CompletedTask;

    public McpStdioWire(McpServerConfig server, ProcessEnvironment environment, TimeProvider time, ILogger logger)
    {
        _server = server;
        _environment = environment;
        _time = time;
        _logger = logger;
    }

    /// <summary>Process id while it runs; zero before.</summary>
    public int Pid => _process?.Pid ?? 0;

    /// <inheritdoc />
    public override Task OpenAsync(CancellationToken cancellationToken)
    {
        string directory = McpEnvironment.DirectoryOf(_server, _environment);
        string problem = !Directory.Exists(directory) ? $"the directory {directory} does not exist (mcp.servers.{_server.Name}.cwd)"
            : McpEnvironment.Program(_server, _environment) is null
                ? $"{_server.Command} is no program that can be run (mcp.servers.{_server.Name}.command; PATH is {McpEnvironment.Of(_server, _environment)["PATH"]})"
            : !ExecNative.TryPipe(out int read, out int write, out int error) ? string.Create(CultureInfo.InvariantCulture, $"no pipe: errno {error}")
            : Start(directory, read, write);
        return problem.Length == 0 ? Task.CompletedTask : throw new McpException(McpFailure.Gone, $"{_server.Name} cannot be started: {problem}");
    }

    /// <inheritdoc />
    public override async Task SendAsync(ReadOnlyMemory<byte> message, long? id, CancellationToken cancellationToken)
    {
        byte[] line = [.. message.Span, (byte)'\n'];
        await _writing.WaitAsync(cancellationToken);
        try
        {
            int done = 0;
            while (done < line.Length)
            {
                int put = _process?.Write(line.AsSpan(done)) ?? -1;
                if (put < 0)
                {
                    throw await GoneAsync(cancellationToken);
                }

                done += put;
                if (done < line.Length)
                {
                    await PauseAsync(done > 0, cancellationToken);
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.CloseInput(); // how a server is asked to end; source: lifecycle, shutdown
            try
            {
                await process.Exited.WaitAsync(s_mercy, _time);
            }
            catch (TimeoutException)
            {
                // it is told more plainly
            }

            await process.EndAsync(_time);
            await _watching;
        }

        _process?.Dispose();

        Close(McpFailure.Gone, $"{_server.Name} was stopped");
        _lifeline?.Dispose();
        _writing.Dispose();
    }

    private string Start(string directory, int read, int write)
    {
        _lifeline = new SafeFileHandle(write, ownsHandle: true);
        using SafeFileHandle end = new(read, ownsHandle: true);
        var launch = new HostLaunch
        {
            Arguments = ["/bin/sh", "-c", Preamble, "sh", directory, _server.Command!, .. _server.Args],
            Environment = McpEnvironment.Of(_server, _environment),
            Folder = end,
            Input = true,
            SeparateErrors = true,
        };
        _process = HostProcess.Start(launch, Hear, out string problem);
        if (_process is not null)
        {
            _watching = WatchAsync(_process);
        }

        return problem;
    }

    // The reason comes with its exit; a program that only closes its input has given up too.
    private async Task<McpException> GoneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _watching.WaitAsync(s_mercy, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Close(McpFailure.Gone, $"{_server.Name} reads no more");
        }

        return new McpException(McpFailure.Gone, Reason?.Message ?? $"{_server.Name} does not run");
    }

    // A message that was begun and not ended makes all that follow unreadable.
    private async Task PauseAsync(bool begun, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(s_breath, _time, cancellationToken);
        }
        catch (OperationCanceledException) when (begun)
        {
            Close(McpFailure.Gone, $"{_server.Name} does not read its input");
            throw;
        }
    }

    private async Task WatchAsync(HostProcess process)
    {
        ProcessExit exit = await process.Exited;
        _lifeline?.Dispose(); // what it left in its group goes too
        string said = _tail.Length == 0 ? "" : $". It said: {_tail.Trim()}";
        Close(McpFailure.Gone, string.Create(
            CultureInfo.InvariantCulture,
            $"{_server.Name} ended {(exit.Signal > 0 ? $"by signal {exit.Signal}" : $"with exit code {exit.ExitCode}")}{said}"));
    }

    // On the thread that watches the process.
    private void Hear(ReadOnlySpan<byte> bytes, bool isError)
    {
        if (isError)
        {
            _errors.Add(bytes, Complain, _ => Complain("[stderr line truncated]"u8));
        }
        else
        {
            _output.Add(
                bytes,
                line =>
                {
                    if (!Take(line) && Interlocked.Increment(ref _garbage) is 1 or 100)
                    {
                        Log.Garbage(_logger, _server.Name, _garbage);
                    }
                },
                id => Dropped(id));
        }
    }

    private void Complain(ReadOnlySpan<byte> line)
    {
        string text = OutputText.Clean(line);
        string tail = $"{_tail}\n{text}";
        _tail = tail.Length > TailChars ? tail[^TailChars..] : tail;
        if (++_errorLines <= MaxErrorLines)
        {
            Log.Stderr(_logger, _server.Name, text);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1752, LogLevel.Debug, "mcp:{Server}: {Line}")]
        public static partial void Stderr(ILogger logger, string server, string line);

        [LoggerMessage(1753, LogLevel.Warning, "mcp:{Server} printed {Count} lines that are no messages; a server may print those to standard error only. They are ignored.")]
        public static partial void Garbage(ILogger logger, string server, int count);
    }
}

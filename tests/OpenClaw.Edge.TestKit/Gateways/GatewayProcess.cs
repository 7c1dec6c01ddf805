using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace OpenClaw.Edge.TestKit.Gateways;

/// <summary>A gateway binary running as a child process on a free port. Disposing kills it if it still runs.</summary>
public sealed partial class GatewayProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> output = new();

    private readonly ConcurrentQueue<(string Part, TaskCompletionSource Seen)> expected = new();

    private bool disposed;

    private GatewayProcess(Process process) => this.process = process;

    /// <summary>Where it listens.</summary>
    public Uri BaseUri => listening.Task.Result;

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>Everything it printed so far, on both streams.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>Exit code; only after the end.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Starts <paramref name="binary"/> and waits until it says where it listens. Throws with its output when it ends instead.</summary>
    public static async Task<GatewayProcess> StartAsync(string binary, GatewayHome home, string workingDirectory = "/", params string[] arguments)
    {
        GatewayProcess started = Launch(binary, home.Variables, workingDirectory, ["gateway", "run", "--port", "0", .. arguments]);
        Task ended = started.process.WaitForExitAsync();
        await Guard.Within(Task.WhenAny(started.listening.Task, ended), $"{binary} listens; it printed: {started.Output}");
        if (!started.listening.Task.IsCompleted)
        {
            await ended;
            throw new InvalidOperationException($"{binary} ended with {started.ExitCode}: {started.Output}");
        }

        return started;
    }

    /// <summary>Starts <paramref name="binary"/> with any arguments and waits for nothing.</summary>
    public static GatewayProcess Launch(string binary, IReadOnlyDictionary<string, string> variables, string workingDirectory, params string[] arguments)
    {
        ProcessStartInfo start = new(binary, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        GatewayProcess started = new(new Process { StartInfo = start });
        started.process.OutputDataReceived += (_, line) => started.Take(line.Data);
        started.process.ErrorDataReceived += (_, line) => started.Take(line.Data);
        started.process.Start();
        started.process.StandardInput.Close();
        started.process.BeginOutputReadLine();
        started.process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Completes once it has printed a line with <paramref name="part"/> in it.</summary>
    public Task PrintsAsync(string part)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        expected.Enqueue((part, seen));
        foreach (string line in output)
        {
            Tell(line);
        }

        return Guard.Within(seen.Task, $"a line with '{part}'");
    }

    /// <summary>Sends SIGTERM and waits for the end; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signal(15);
        return await WaitForExitAsync();
    }

    /// <summary>Sends SIGKILL and waits for the end.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Waits for the end; returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await Guard.Within(process.WaitForExitAsync(), $"the gateway's end; it printed: {Output}", TimeSpan.FromSeconds(30));
        return process.ExitCode;
    }

    /// <summary>Sends a signal by number.</summary>
    public void Signal(int signal) => _ = Kill(process.Id, signal);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        output.Enqueue(line);
        Tell(line);
        if (Address().Match(line) is { Success: true } found)
        {
            listening.TrySetResult(new Uri(found.Value));
        }
    }

    private void Tell(string line)
    {
        foreach ((string part, TaskCompletionSource seen) in expected)
        {
            if (line.Contains(part, StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        }
    }

    [GeneratedRegex(@"http://[\w.\[\]:]+:\d+/?")]
    private static partial Regex Address();

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}

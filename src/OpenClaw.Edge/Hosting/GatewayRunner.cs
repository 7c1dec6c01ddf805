using System.Runtime.InteropServices;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Hosting;

/// <summary>What <c>openclaw gateway run</c> does: starts a gateway in this process, says where it is, reloads on SIGHUP,
/// starts anew when the configuration or SIGUSR2 asks for it, and ends when the token is cancelled, or once the one message it was given is answered.</summary>
internal static class GatewayRunner
{
    private const PosixSignal Usr2 = (PosixSignal)12; // SIGUSR2 on Linux; .NET has no name for it
    private const int FileMissing = 2; // ENOENT

    /// <summary>Runs until cancelled and returns the exit code.</summary>
    public static async Task<int> RunAsync(GatewayRunOptions options, CancellationToken cancellationToken)
    {
        // With a message, standard output is for its answer.
        int descriptor = options.Message is null ? 1 : 2;
        ProcessEnvironment given = ProcessEnvironment.FromProcess();
        try
        {
            while (true)
            {
                (int code, Handover? left) = await RunOnceAsync(options, WithoutForeignJournal(given, descriptor), descriptor, cancellationToken);
                if (left is null || cancellationToken.IsCancellationRequested)
                {
                    return code;
                }

                given = With(given, left);
                int error = ProcessImage.Program is { } program ? ProcessImage.Replace(program, given.Values, left.Descriptors) : FileMissing;
                await Console.Error.WriteLineAsync($"openclaw: the program cannot be started anew (error {error}); the gateway starts anew inside this one.");
            }
        }
        catch (StartRefusedException refused)
        {
            await Console.Error.WriteLineAsync($"openclaw: {refused.Message}");
            return (int)refused.Exit;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (int)ExitCode.Ok;
        }
    }

    private static async Task<(int Code, Handover? Left)> RunOnceAsync(
        GatewayRunOptions options, ProcessEnvironment environment, int descriptor, CancellationToken cancellationToken)
    {
        Stream log = descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();
        await using EdgeHost host = await EdgeHost.StartAsync(options, environment, log, TimeProvider.System, cancellationToken);
        using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = host.ReloadAsync(cancellationToken);
        });
        if (options.Message is { } message)
        {
            return (await AnswerAsync(host, options, message, cancellationToken), null);
        }

        Task anew = host.Restarts.AllowAsync();
        using PosixSignalRegistration restart = PosixSignalRegistration.Create(Usr2, context =>
        {
            context.Cancel = true;
            host.RestartOnSignal();
        });

        // A journal has the log's own line; nobody reads along there.
        if (environment["JOURNAL_STREAM"] is null)
        {
            await GreetAsync(host, cancellationToken);
        }

        var ended = new TaskCompletionSource();
        await using CancellationTokenRegistration stop = cancellationToken.Register(ended.SetResult);
        Task first = await Task.WhenAny(ended.Task, anew);
        return ((int)ExitCode.Ok, first == anew ? await host.HandOverAsync() : null);
    }

    // What systemd passed was for the start before; the process id, which it is known by, has stayed.
    private static ProcessEnvironment With(ProcessEnvironment before, Handover left)
    {
        var values = new Dictionary<string, string>(before.Values, StringComparer.Ordinal);
        values.Remove("LISTEN_PID");
        values.Remove("LISTEN_FDS");
        values.Remove("LISTEN_FDNAMES");
        values[Handover.Variable] = left.Text(Environment.ProcessId);
        return new ProcessEnvironment(values, before.WorkingDirectory, before.FallbackHome);
    }

    // The variable is inherited by whatever a service starts; it counts only where the log really goes to the journal.
    private static ProcessEnvironment WithoutForeignJournal(ProcessEnvironment environment, int descriptor) =>
        JournalStream.Is(environment["JOURNAL_STREAM"], descriptor)
            ? environment
            : new ProcessEnvironment(
                environment.Values.Where(variable => variable.Key != "JOURNAL_STREAM"), environment.WorkingDirectory, environment.FallbackHome);

    // One write each, so that no line of the log falls between; the gateway answers already.
    private static async Task GreetAsync(EdgeHost host, CancellationToken cancellationToken)
    {
        await Console.Error.WriteAsync(string.Concat(host.Banner.Lines.Select(line => line + "\n")));
        string? model = await host.FindModelAsync(cancellationToken);
        await Console.Error.WriteAsync(StartBanner.ModelLine(model) + "\n");
    }

    private static Task<int> AnswerAsync(
        EdgeHost host, GatewayRunOptions options, string message, CancellationToken cancellationToken)
    {
        List<string> turn = ["agent", "--message", message, .. host.ClientFlags];
        if (options.Token is { } token)
        {
            turn.AddRange(["--token", token]);
        }

        if (options.Password is { } password)
        {
            turn.AddRange(["--password", password]);
        }

        return CommandLine.InvokeAsync(turn, CliWorld.System(RunAsync), cancellationToken);
    }
}

using System.Runtime.InteropServices;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Hosting;

/// <summary>What <c>openclaw gateway run</c> does: starts a gateway in this process, says where it is, reloads on SIGHUP and
/// ends when the token is cancelled, or once the one message it was given is answered.</summary>
internal static class GatewayRunner
{
    /// <summary>Runs until cancelled and returns the exit code.</summary>
    public static async Task<int> RunAsync(GatewayRunOptions options, CancellationToken cancellationToken)
    {
        // With a message, standard output is for its answer.
        int descriptor = options.Message is null ? 1 : 2;
        ProcessEnvironment environment = WithoutForeignJournal(ProcessEnvironment.FromProcess(), descriptor);
        try
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
                return await AnswerAsync(host, options, message, cancellationToken);
            }

            // A journal has the log's own line; nobody reads along there.
            if (environment["JOURNAL_STREAM"] is null)
            {
                await GreetAsync(host, cancellationToken);
            }

            var ended = new TaskCompletionSource();
            await using CancellationTokenRegistration stop = cancellationToken.Register(ended.SetResult);
            await ended.Task;
            return (int)ExitCode.Ok;
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

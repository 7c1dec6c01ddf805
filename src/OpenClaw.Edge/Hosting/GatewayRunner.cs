using System.Runtime.InteropServices;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Hosting;

/// <summary>What <c>openclaw gateway run</c> does: starts a gateway in this process, says where it is, reloads on SIGHUP and
/// ends when the token is cancelled.</summary>
internal static class GatewayRunner
{
    /// <summary>Runs until cancelled and returns the exit code.</summary>
    public static async Task<int> RunAsync(GatewayRunOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using EdgeHost host = await EdgeHost.StartAsync(
                options, ProcessEnvironment.FromProcess(), Console.OpenStandardOutput(), TimeProvider.System, cancellationToken);
            using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _ = host.ReloadAsync(cancellationToken);
            });
            foreach (string line in host.Banner.Lines)
            {
                await Console.Error.WriteLineAsync(line);
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
}

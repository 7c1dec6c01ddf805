using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting;

/// <summary>Ends a gateway without losing anything: nothing new is admitted, running turns end or are stored as
/// interrupted, clients are told, then connections close. Disposal of the parts follows.</summary>
internal static partial class ShutdownSequence
{
    // Running turns at SIGTERM. systemd/openclaw.service allows 20 s in all.
    private static readonly TimeSpan DrainBudget = TimeSpan.FromSeconds(10);

    // For the last words of turns that have ended; a request that waits for a person or a clock is not waited for.
    private static readonly TimeSpan AnswerBudget = TimeSpan.FromMilliseconds(500);

    // What closing sockets may take after that; a peer that does not answer is cut.
    private static readonly TimeSpan CloseBudget = TimeSpan.FromSeconds(1);

    /// <summary>Runs all steps; a failing one is logged and the next runs.</summary>
    public static async Task RunAsync(GatewayParts parts)
    {
        parts.Lifecycle.MarkDraining();
        parts.Systemd.Stopping($"Waiting for {parts.Runs.Active.Count} running turn(s)");
        using var closing = new CancellationTokenSource(Timeout.InfiniteTimeSpan, parts.Clock);
        Task answering = parts.Http.DrainAsync(DrainBudget + AnswerBudget);
        await StepAsync(parts.Logger, "drain", () => parts.Runs.DrainAsync(DrainBudget));
        await StepAsync(parts.Logger, "finish answers", () => Task.WhenAll(answering, parts.Gateway.AnswersLeftAsync(AnswerBudget)));
        closing.CancelAfter(CloseBudget);
        await StepAsync(parts.Logger, "close connections", () => parts.Gateway.StopAsync("gateway stopping", closing.Token));
        await StepAsync(parts.Logger, "stop listening", () => parts.Listener.StopAsync(closing.Token));
    }

    private static async Task StepAsync(ILogger logger, string step, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (OperationCanceledException)
        {
            Log.StepCut(logger, step);
        }
        catch (Exception failure)
        {
            Log.StepFailed(logger, step, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2005, LogLevel.Information, "Shutdown step '{Step}' was cut short; peers that did not answer are gone.")]
        public static partial void StepCut(ILogger logger, string step);

        [LoggerMessage(2006, LogLevel.Error, "Shutdown step '{Step}' failed; going on with the next.")]
        public static partial void StepFailed(ILogger logger, string step, Exception exception);
    }
}

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

    // Before a restart: who was taken a moment ago is still sending. guess: a round trip in a home, many times over
    private static readonly TimeSpan LastCallers = TimeSpan.FromMilliseconds(150);

    // What clients are told that a restart takes; the original's.
    private const int RestartExpectedMs = 1500;

    /// <summary>Runs all steps; a failing one is logged and the next runs.</summary>
    public static Task RunAsync(GatewayParts parts)
    {
        parts.Lifecycle.MarkDraining();
        parts.Systemd.Stopping($"Waiting for {parts.Runs.Active.Count} running turn(s)");
        return EndAsync(parts, "gateway stopping", null);
    }

    /// <summary>The same before the gateway starts anew in this process. Nobody is refused: no connection is taken any more, those that are
    /// there are answered, and who calls meanwhile waits for the next one.</summary>
    public static async Task BeforeRestartAsync(GatewayParts parts)
    {
        parts.Systemd.Reloading(parts.Clock.GetElapsedTime(0)); // for systemd the service goes on
        await StepAsync(parts.Logger, "stop accepting", parts.Listener.PauseAsync);
        await StepAsync(parts.Logger, "hear the last callers", () => Task.Delay(LastCallers, parts.Clock));
        parts.Lifecycle.MarkDraining();
        await EndAsync(parts, "gateway restarting", RestartExpectedMs);
    }

    private static async Task EndAsync(GatewayParts parts, string reason, int? expectedMs)
    {
        using var closing = new CancellationTokenSource(Timeout.InfiniteTimeSpan, parts.Clock);
        Task answering = parts.Http.DrainAsync(DrainBudget + AnswerBudget);
        await StepAsync(parts.Logger, "drain", () => parts.Runs.DrainAsync(DrainBudget));
        await StepAsync(parts.Logger, "finish answers", () => Task.WhenAll(answering, parts.Gateway.AnswersLeftAsync(AnswerBudget)));
        closing.CancelAfter(CloseBudget);
        await StepAsync(parts.Logger, "close connections", () => parts.Gateway.StopAsync(reason, closing.Token, expectedMs));
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

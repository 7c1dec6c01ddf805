using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>Does what a job asks for: a note for its agent's main session, a turn in a named session or in one of its own, or a command.
/// Thread-safe.</summary>
public sealed class CronRunner(
    RunRegistry runs, Heartbeat heartbeat, Func<AgentCatalog> agents, TimeProvider time, CronWebhook? webhook = null, ToolInvocation? tools = null)
{
    private const int MaxCommandSeconds = 540; // the patience of exec ends at ten minutes
    private const int MaxCommandOutput = 16_000;

    private static readonly TimeSpan s_longestTurn = TimeSpan.FromHours(1); // the original's watchdog

    /// <summary>Runs a job to its end. Throws only when the gateway ends.</summary>
    public async Task<CronOutcome> RunAsync(CronJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        long began = time.GetUtcNow().ToUnixTimeMilliseconds();
        CronOutcome outcome = await WorkAsync(job, cancellationToken);
        return webhook is not null && job.Delivery is { Mode: CronDelivery.Webhook } && !outcome.IsInterrupted
            ? outcome with { Delivery = await webhook.PostAsync(job, outcome, began, cancellationToken) }
            : outcome;
    }

    private async Task<CronOutcome> WorkAsync(CronJob job, CancellationToken cancellationToken)
    {
        AgentCatalog all = agents();
        string owner = job.OwnerId(all.Default.Id);
        if (!all.TryGet(owner, out AgentEntry? agent))
        {
            return CronOutcome.Failed($"cron job agent is unavailable: {owner}");
        }

        if (job.Payload.Kind == CronPayload.SystemEventKind)
        {
            return await RemindAsync(job, SessionKey.Main(agent.Id), cancellationToken);
        }

        if (job.Payload.Kind == CronPayload.CommandKind)
        {
            return await CommandAsync(job, agent, cancellationToken);
        }

        string runId = Guid.NewGuid().ToString();
        string target = job.SessionTarget switch
        {
            CronJob.IsolatedTarget => $"cron:{job.Id}:run:{runId}",
            _ => job.SessionTarget[CronJob.SessionPrefix.Length..],
        };
        if (!SessionKey.TryParse(target, agent.Id, out SessionKey key))
        {
            return CronOutcome.Failed($"session target {job.SessionTarget} is no session key");
        }

        RunAdmission admission = await runs.StartAsync(
            new RunRequest
            {
                RunId = runId,
                SessionKey = key,
                Message = job.Payload.Message ?? "",
                Source = "cron",
                Model = job.Payload.Model,
                Fallbacks = job.Payload.Fallbacks,
                ToolsAllow = job.Payload.ToolsAllow is { } allowed && !allowed.Contains("*") ? allowed : null,
                LightContext = job.Payload.LightContext == true,
                Think = job.Payload.Thinking,
                Timeout = job.Payload.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : s_longestTurn,
            },
            cancellationToken);
        if (admission.Run is not { } run)
        {
            return admission.Status switch
            {
                RunAdmissionStatus.Draining => CronOutcome.Failed("the gateway is stopping") with { IsInterrupted = true },
                RunAdmissionStatus.Overloaded => CronOutcome.Failed("the gateway is short of memory", transient: true),
                RunAdmissionStatus.UnknownAgent => CronOutcome.Failed($"cron job agent is unavailable: {key.AgentId}"),
                _ => CronOutcome.Failed($"session {key.Text} has too many turns waiting", transient: true),
            };
        }

        RunResult result = await run.Completion.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);
        return Outcome(job, run, result);
    }

    // As a command of the agent, so that its exec policy, its approvals and its sandbox hold for it; the agent's list of tools does not: a person
    // has made the job.
    private async Task<CronOutcome> CommandAsync(CronJob job, AgentEntry agent, CancellationToken cancellationToken)
    {
        if (tools is null || !SessionKey.TryParse($"cron:{job.Id}", agent.Id, out SessionKey key))
        {
            return CronOutcome.Failed("commands do not run here");
        }

        long seconds = Math.Clamp(job.Payload.TimeoutSeconds is > 0 and { } wished ? wished : MaxCommandSeconds, 1, MaxCommandSeconds);
        JsonElement arguments = ToolJson.Object(json =>
        {
            json.WriteString("command"u8, CommandLine(job.Payload.Argv ?? []));
            json.WriteNumber("timeoutSeconds"u8, seconds);
            json.WriteNumber("yieldMs"u8, (MaxCommandSeconds + 60) * 1000);
            if (job.Payload.Cwd is { } folder)
            {
                json.WriteString("workdir"u8, folder);
            }
        });
        ToolPolicy all = new(null, null, null, null);
        ToolInvocationResult ran = await tools.InvokeAsync(
            "exec", arguments.GetRawText(), all, all,
            new ToolCallContext { SessionKey = key, Workspace = agent.Workspace, MaxResultChars = MaxCommandOutput }, dryRun: false, cancellationToken);
        string text = ran.Result.Text;
        int code = ran.Result.Details is { ValueKind: JsonValueKind.Object } about && about.TryGetProperty("exitCode"u8, out JsonElement exit)
            && exit.TryGetInt32(out int number) ? number : 0;
        CronOutcome outcome = ran.Result.IsError ? CronOutcome.Failed(text)
            : code != 0 ? CronOutcome.Failed($"the command exited with code {code}")
            : new CronOutcome { Status = "ok" };
        return outcome with { Summary = text, SessionKey = key.Text };
    }

    // One shell line of the words; a line that was given to a shell is that line, so that a rule of the allowlist fits it.
    private static string CommandLine(IReadOnlyList<string> argv) =>
        argv is ["sh", "-lc" or "-c", { } line]
            ? line
            : string.Join(' ', argv.Select(word => word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./:=@%+,".Contains(letter, StringComparison.Ordinal))
                ? word
                : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    // The note waits for the next turn of the session; the mode says whether that is now.
    private async Task<CronOutcome> RemindAsync(CronJob job, SessionKey key, CancellationToken cancellationToken)
    {
        string text = job.Payload.Text ?? "";
        heartbeat.Note(key, text, "cron", now: false);
        CronOutcome noted = new() { Status = "ok", Summary = text };
        if (job.WakeMode != "now")
        {
            return noted;
        }

        HeartbeatOutcome outcome = await heartbeat.WakeAsync(new HeartbeatWake(key, "cron"), cancellationToken)
            .WaitAsync(s_longestTurn, time, cancellationToken);
        return outcome switch
        {
            { Status: "ran" } or { Reason: "already-read" } => noted,
            { Reason: "stopping" } => CronOutcome.Failed("the gateway is stopping") with { IsInterrupted = true },
            { Status: "skipped" } => noted with { Status = "skipped", Error = $"heartbeat skipped: {outcome.Reason}" },
            _ => CronOutcome.Failed(outcome.Reason ?? "the turn failed", transient: true) with { Summary = text },
        };
    }

    private static CronOutcome Outcome(CronJob job, Run run, RunResult result)
    {
        CronOutcome outcome = result.Status switch
        {
            RunStatus.Done => new CronOutcome { Status = "ok" },
            RunStatus.TimedOut => CronOutcome.Failed("the turn ran out of its time; raise payload.timeoutSeconds", transient: true),
            RunStatus.Aborted => CronOutcome.Failed($"the turn was aborted ({result.StopReason})") with { IsInterrupted = result.StopReason == "shutdown" },
            _ => CronOutcome.Failed(
                result.ErrorMessage ?? "the turn failed",
                result.Failure is ProviderFailure.RateLimited or ProviderFailure.Unreachable or ProviderFailure.ServerError or ProviderFailure.Stalled || result.HttpStatus >= 500),
        };
        return outcome with
        {
            Summary = result.Text.Length > 0 ? result.Text : null,
            Model = result.Model,
            Provider = result.Provider,
            Usage = new CronUsage(result.Usage.Input, result.Usage.Output, result.Usage.TotalTokens),
            SessionId = run.SessionId,
            SessionKey = run.SessionKey.Text,
            Delivery = outcome.Status == "ok" ? Deliver(job, result) : CronDelivered.NotRequested,
        };
    }

    // Messengers do not exist here yet: an answer that was to be announced stays in its session and in the log.
    private static CronDelivered Deliver(CronJob job, RunResult result) => job.Delivery switch
    {
        { Mode: CronDelivery.Announce } when result.Text.Length == 0 => new CronDelivered("not-requested", Suppressed: "silent"),
        { Mode: CronDelivery.Announce } when job.SessionTarget == CronJob.IsolatedTarget => CronDelivered.Failed(
            "no channel is configured to announce on; the answer is in the run's session. Use --no-deliver if that is enough"),
        { Mode: CronDelivery.Announce } => CronDelivered.Done, // the conversation that it runs in has it
        _ => CronDelivered.NotRequested,
    };
}

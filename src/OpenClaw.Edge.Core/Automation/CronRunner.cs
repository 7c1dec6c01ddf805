using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>Does what a job asks for: a note for its agent's main session, a turn in a named session or in one of its own, a command, or a script;
/// before that it looks at the job's condition. Thread-safe.</summary>
public sealed class CronRunner
{
    private const string Cure = "because the operator set cron.triggers.enabled: false; remove it or set it to true to allow unattended scripts";

    private static readonly TimeSpan s_longestTurn = TimeSpan.FromHours(1); // the original's watchdog

    private readonly RunRegistry _runs;
    private readonly Heartbeat _heartbeat;
    private readonly Func<AgentCatalog> _agents;
    private readonly TimeProvider _time;
    private readonly CronWebhook? _webhook;
    private readonly CronCommands? _commands;
    private readonly CronScripts? _scripts;
    private readonly Func<CronConfig> _config;

    /// <summary>Creates a runner.</summary>
    /// <param name="runs">Turns.</param>
    /// <param name="heartbeat">Notes and wakes.</param>
    /// <param name="agents">The agents.</param>
    /// <param name="time">Clock.</param>
    /// <param name="webhook">Posts ends of runs; null posts none.</param>
    /// <param name="tools">For commands and scripts; null runs none.</param>
    /// <param name="config">The configuration in force; null is its defaults.</param>
    public CronRunner(
        RunRegistry runs, Heartbeat heartbeat, Func<AgentCatalog> agents, TimeProvider time, CronWebhook? webhook = null, ToolInvocation? tools = null,
        Func<CronConfig>? config = null)
    {
        (_runs, _heartbeat, _agents, _time, _webhook) = (runs, heartbeat, agents, time, webhook);
        _commands = tools is null ? null : new CronCommands(tools, time);
        _scripts = _commands is null ? null : new CronScripts(_commands, time);
        var defaults = new CronConfig();
        _config = config ?? (() => defaults);
    }

    /// <summary>Runs a job to its end. Throws only when the gateway ends.</summary>
    public async Task<CronOutcome> RunAsync(CronJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        long began = _time.GetUtcNow().ToUnixTimeMilliseconds();
        CronOutcome outcome = await ConditionallyAsync(job, cancellationToken);
        return _webhook is null || outcome.IsInterrupted || outcome.IsPutOff || outcome.Fired == false ? outcome
            : job.Delivery is { Mode: CronDelivery.Webhook }
                ? outcome with { Delivery = outcome is { Status: "ok", Summary: null } ? new CronDelivered("not-requested", Suppressed: "empty") : await _webhook.PostAsync(job, outcome, began, job.Delivery.To, cancellationToken) }
            : job.Delivery?.CompletionDestination is { } also
                ? outcome with { Delivery = await AlsoAsync(job, outcome, began, also, cancellationToken) }
            : outcome;
    }

    // An announcement that arrived stays one; an address that did not take the end of the run is said.
    private async Task<CronDelivered> AlsoAsync(CronJob job, CronOutcome outcome, long began, JsonElement also, CancellationToken cancellationToken)
    {
        CronDelivered posted = await _webhook!.PostAsync(job, outcome, began, CronFields.Text(also, "to", "completionDestination"), cancellationToken);
        return posted.Status == "delivered" ? outcome.Delivery : posted;
    }

    private async Task<CronOutcome> ConditionallyAsync(CronJob job, CancellationToken cancellationToken)
    {
        AgentCatalog all = _agents();
        string owner = job.OwnerId(all.Default.Id);
        if (!all.TryGet(owner, out AgentEntry? agent))
        {
            return CronOutcome.Failed($"cron job agent is unavailable: {owner}");
        }

        CronOutcome? condition = null;
        if (job.Trigger is not null)
        {
            condition = !_config().TriggersEnabled ? new CronOutcome { Status = "skipped", Error = $"cron triggers are disabled {Cure}" }
                : _scripts is null ? CronOutcome.Failed("cron trigger evaluator is unavailable")
                : await _scripts.EvaluateAsync(job, agent, job.Batch, cancellationToken);
            if (condition is not { Fired: true })
            {
                return condition;
            }

            job = condition.Summary is { Length: > 0 } message ? job with { Payload = job.Payload.With(message) } : job;
        }

        job = job.Batch is { } batch ? job with { Payload = job.Payload.With(batch) } : job;
        CronOutcome outcome = await WorkAsync(job, agent, cancellationToken);
        return condition is null ? outcome : outcome with { Fired = true, State = condition.State };
    }

    private Task<CronOutcome> WorkAsync(CronJob job, AgentEntry agent, CancellationToken cancellationToken) => job.Payload.Kind switch
    {
        CronPayload.SystemEventKind => RemindAsync(job, SessionKey.Main(agent.Id), cancellationToken),
        CronPayload.CommandKind => CommandAsync(job, agent, cancellationToken),
        CronPayload.ScriptKind => ScriptAsync(job, agent, cancellationToken),
        _ => TurnAsync(job, agent, cancellationToken),
    };

    private async Task<CronOutcome> TurnAsync(CronJob job, AgentEntry agent, CancellationToken cancellationToken)
    {
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

        RunAdmission admission = await _runs.StartAsync(
            new RunRequest
            {
                RunId = runId,
                SessionKey = key,
                Message = job.Pacing is null ? job.Payload.Message ?? "" : $"{job.Payload.Message}\n\n(cron with action next_check and at +30m says when this job looks again.)",
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
                RunAdmissionStatus.Draining => Refused(),
                RunAdmissionStatus.Overloaded => CronOutcome.Failed("the gateway is short of memory", transient: true),
                RunAdmissionStatus.UnknownAgent => CronOutcome.Failed($"cron job agent is unavailable: {key.AgentId}"),
                _ => CronOutcome.Failed($"session {key.Text} has too many turns waiting", transient: true),
            };
        }

        RunResult result = await run.Completion.WaitAsync(Timeout.InfiniteTimeSpan, _time, cancellationToken);
        return Outcome(job, run, result);
    }

    private async Task<CronOutcome> CommandAsync(CronJob job, AgentEntry agent, CancellationToken cancellationToken)
    {
        if (_commands is null || !SessionKey.TryParse($"cron:{job.Id}", agent.Id, out SessionKey key))
        {
            return CronOutcome.Failed("commands do not run here");
        }

        CronCommandEnd end = await _commands.RunAsync(key, agent, CronCommand.Of(job.Payload), cancellationToken);
        CronOutcome outcome = end.IsOk ? new CronOutcome { Status = "ok" } : CronOutcome.Failed(end.Error, end.TimedOut || end.WasSilent);
        return outcome with
        {
            Summary = end.Summary,
            Diagnostics = end.Diagnostics(job.Payload.Argv ?? [], _time.GetUtcNow().ToUnixTimeMilliseconds()),
            Delivery = Announced(job, end.Summary ?? ""),
        };
    }

    private async Task<CronOutcome> ScriptAsync(CronJob job, AgentEntry agent, CancellationToken cancellationToken)
    {
        if (!_config().TriggersEnabled)
        {
            return CronOutcome.Failed($"cron script payload execution is disabled {Cure}");
        }

        if (_scripts is null)
        {
            return CronOutcome.Failed("cron script payload executor is unavailable");
        }

        string? wake = null;
        CronOutcome outcome = await _scripts.PayloadAsync(job, agent, job.Batch, mode => wake = mode, cancellationToken);
        SessionKey main = SessionKey.Main(agent.Id);
        if (outcome.Status == "ok" && (wake is not null || (job.SessionTarget == CronJob.MainTarget && outcome.Summary is not null)))
        {
            _heartbeat.Note(main, outcome.Summary ?? $"script job {job.Name} completed", "cron", now: wake == "now");
        }

        return outcome.Status == "ok" && job.SessionTarget != CronJob.MainTarget ? outcome with { Delivery = Announced(job, outcome.Summary ?? "") } : outcome;
    }

    // The note waits for the next turn of the session; the mode says whether that is now.
    private async Task<CronOutcome> RemindAsync(CronJob job, SessionKey key, CancellationToken cancellationToken)
    {
        string text = job.Payload.Text ?? "";
        _heartbeat.Note(key, text, "cron", now: false);
        CronOutcome noted = new() { Status = "ok", Summary = text };
        if (job.WakeMode != "now")
        {
            return noted;
        }

        HeartbeatOutcome outcome = await _heartbeat.WakeAsync(new HeartbeatWake(key, "cron"), cancellationToken)
            .WaitAsync(s_longestTurn, _time, cancellationToken);
        return outcome switch
        {
            { Status: "ran" } or { Reason: "already-read" } => noted,
            { Reason: "stopping" } => Refused(),
            { Status: "skipped" } => noted with { Status = "skipped", Error = $"heartbeat skipped: {outcome.Reason}" },
            _ => CronOutcome.Failed(outcome.Reason ?? "the turn failed", transient: true) with { Summary = text },
        };
    }

    // A machine that goes to sleep wakes again; a gateway that stops does not.
    private CronOutcome Refused() => _runs.IsDraining
        ? CronOutcome.Failed("the gateway is stopping") with { IsInterrupted = true }
        : CronOutcome.Failed("the machine is about to go down or to sleep") with { IsPutOff = true };

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
            Delivery = outcome.Status == "ok" ? Announced(job, result.Text) : CronDelivered.NotRequested,
        };
    }

    // Messengers do not exist here yet: an answer that was to be announced stays in its session and in the log.
    private static CronDelivered Announced(CronJob job, string text) => job.Delivery switch
    {
        { Mode: CronDelivery.Announce } when text.Length == 0 => new CronDelivered("not-requested", Suppressed: job.Payload.Kind == CronPayload.AgentTurnKind ? "silent" : "empty"),
        { Mode: CronDelivery.Announce } when job.SessionTarget == CronJob.IsolatedTarget || job.Payload.Kind != CronPayload.AgentTurnKind => CronDelivered.Failed(
            "no channel is configured to announce on; the answer is in the run's session. Use --no-deliver if that is enough"),
        { Mode: CronDelivery.Announce } => CronDelivered.Done, // the conversation that it runs in has it
        _ => CronDelivered.NotRequested,
    };
}

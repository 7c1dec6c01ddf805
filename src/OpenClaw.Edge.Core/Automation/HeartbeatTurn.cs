using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Automation;

/// <summary>One turn that no person asked for: whether it may run, what is asked, and what is told about its end. Thread-safe.</summary>
internal sealed partial class HeartbeatTurn(
    RunRegistry runs, SessionStore sessions, SystemEvents notes, Func<EdgeConfig> config, Func<AgentCatalog> agents, TimeProvider time, ILogger logger)
{
    private const int PreviewChars = 200; // the original's
    private const int LongestPollSeconds = 600;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs the turn that a session's wakes share.</summary>
    public async Task<HeartbeatOutcome> RunAsync(
        SessionKey key, IReadOnlyList<HeartbeatWake> wakes, Action<HeartbeatEvent> tell, CancellationToken cancellationToken)
    {
        long started = NowMs;
        if (!agents().TryGet(key.AgentId, out AgentEntry? agent))
        {
            return HeartbeatOutcome.Skipped("unknown-agent");
        }

        HeartbeatConfig beat = HeartbeatPlan.For(agent.Id, config());
        bool poll = wakes.All(wake => wake.IsPoll);
        string source = (wakes.FirstOrDefault(wake => wake.Source == "cron") ?? wakes.FirstOrDefault(wake => !wake.IsPoll) ?? wakes[0]).Source;
        IReadOnlyList<SystemEvent> waiting = notes.For(key);
        string? refusal = poll ? WhyNot(key, beat, waiting) : waiting.Count == 0 && source != "wake" ? "already-read" : null;
        if (refusal is not null)
        {
            tell(new HeartbeatEvent { Ts = NowMs, Status = "skipped", Reason = refusal, DurationMs = NowMs - started });
            return HeartbeatOutcome.Skipped(refusal);
        }

        try
        {
            return await TalkAsync(key, agent, beat, source, waiting, started, tell, cancellationToken);
        }
        catch (StorageException exception)
        {
            Log.Failed(logger, agent.Id, exception.Message);
            return new HeartbeatOutcome("failed", exception.Message);
        }
    }

    private string? WhyNot(SessionKey key, HeartbeatConfig beat, IReadOnlyList<SystemEvent> waiting) =>
        !HeartbeatPlan.IsActiveAt(beat, config().Agents.Defaults.UserTimezone, time.GetUtcNow(), time.LocalTimeZone) ? "quiet-hours"
        : waiting.Count == 0 && runs.Active.Any(run => !run.IsOver && run.SessionKey.AgentId == key.AgentId) ? "requests-in-flight"
        : null;

    private async Task<HeartbeatOutcome> TalkAsync(
        SessionKey key, AgentEntry agent, HeartbeatConfig beat, string source, IReadOnlyList<SystemEvent> waiting, long started,
        Action<HeartbeatEvent> tell, CancellationToken cancellationToken)
    {
        SessionKey talks = await PlaceAsync(key, agent, beat, source, cancellationToken);
        string prompt = HeartbeatPlan.Prompt(source, beat);
        string? said = null;
        RunAdmission admission = await runs.StartAsync(
            new RunRequest
            {
                RunId = Guid.NewGuid().ToString(),
                SessionKey = talks,
                Message = HeartbeatPlan.Marker(source),
                Prompt = talks == key || waiting.Count == 0 ? prompt : SystemEvents.Lines(waiting) + "\n" + prompt,
                Origin = source is "cron" or "hook" or "exec" ? source : "heartbeat",
                Source = "heartbeat",
                Model = beat.Model,
                LightContext = beat.LightContext,
                Timeout = Budget(beat, source),
                QueueMode = QueueMode.Followup,
                IsSilent = answer => HeartbeatPlan.IsAcknowledgement(said = answer, beat.AckMaxChars),
            },
            cancellationToken);
        if (admission.Run is not { } run)
        {
            string reason = admission.Status == RunAdmissionStatus.Draining ? "stopping" : "requests-in-flight";
            tell(new HeartbeatEvent { Ts = NowMs, Status = "skipped", Reason = reason, DurationMs = NowMs - started });
            return HeartbeatOutcome.Skipped(reason);
        }

        RunResult result = await run.Completion.WaitAsync(cancellationToken);
        if (result.Status == RunStatus.Done && talks != key)
        {
            notes.Read(key, waiting);
        }

        HeartbeatEvent told = Told(result, said, beat, NowMs - started);
        tell(told);
        if (told.Status != "failed")
        {
            return new HeartbeatOutcome("ran");
        }

        Log.Failed(logger, agent.Id, told.Reason ?? "");
        return new HeartbeatOutcome("failed", told.Reason);
    }

    // Notes of a named session are answered there; the rhythm has a place of its own when the configuration says so.
    private async Task<SessionKey> PlaceAsync(
        SessionKey key, AgentEntry agent, HeartbeatConfig beat, string source, CancellationToken cancellationToken)
    {
        if (source is not ("heartbeat" or "wake") || !key.IsMain)
        {
            return key;
        }

        SessionKey named = beat.Session is { Length: > 0 } wish && SessionKey.TryParse(wish, agent.Id, out SessionKey own) && own.AgentId == agent.Id
            ? own
            : key;
        if (!beat.IsolatedSession || !SessionKey.TryParse(named.Text + ":heartbeat", agent.Id, out SessionKey alone))
        {
            return named;
        }

        if (sessions.Find(alone) is not null)
        {
            await sessions.ResetAsync(alone, "heartbeat", cancellationToken);
        }

        return alone;
    }

    private static TimeSpan? Budget(HeartbeatConfig beat, string source) =>
        beat.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds)
        : source == "heartbeat" && beat.Every is { } every ? TimeSpan.FromSeconds(Math.Min(every.TotalSeconds, LongestPollSeconds))
        : null;

    // There are no messengers here yet: what an agent says stays in its session, and the event says so in the original's words.
    private HeartbeatEvent Told(RunResult result, string? said, HeartbeatConfig beat, long durationMs)
    {
        HeartbeatEvent told = new() { Ts = NowMs, Status = "skipped", DurationMs = durationMs };
        if (result.Status is not RunStatus.Done)
        {
            return told with
            {
                Status = "failed",
                Reason = result.ErrorMessage ?? $"the turn was stopped ({result.StopReason})",
                Silent = true,
                IndicatorType = "error",
            };
        }

        if (result.Text.Length == 0)
        {
            return told with { Status = string.IsNullOrWhiteSpace(said) ? "ok-empty" : "ok-token", Silent = true, IndicatorType = "ok" };
        }

        bool none = beat.Target == "none";
        return told with
        {
            Preview = result.Text.Length <= PreviewChars ? result.Text : result.Text[..PreviewChars],
            Reason = none ? "target-none" : "no-route",
            HasMedia = false,
            Message = none
                ? "Heartbeat delivery is disabled by configuration (target: none)."
                : "The answer is in the agent's session; there is no messenger to deliver it to.",
        };
    }

    private static partial class Log
    {
        [LoggerMessage(2610, LogLevel.Warning, "Heartbeat of agent {Agent} failed: {Problem}")]
        public static partial void Failed(ILogger logger, string agent, string problem);
    }
}

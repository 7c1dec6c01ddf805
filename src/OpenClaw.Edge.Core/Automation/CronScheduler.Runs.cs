using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Automation;

/// <content>What is due, what it leaves behind, and what was missed. Everything here runs on the loop but <c>ExecuteAsync</c>.</content>
public sealed partial class CronScheduler
{
    private const int MaxFailures = 10;
    private const int MaxScheduleErrors = 3;
    private const int MaxOnceRetries = 3;
    private const long MinTriggerMs = 30_000; // the original's
    private const int MaxCatchUpAtOnce = 5;
    private const int SummaryChars = 2000;
    private const long CatchUpStepMs = 5_000;
    private const long CatchUpTurnDelayMs = 120_000; // a start is not the time for models

    private static readonly long[] s_backoffMs = [30_000, 60_000, 300_000, 900_000, 3_600_000];

    private static bool IsDue(CronJob job, long nowMs) => job.Enabled && job.State.NextRunAtMs is { } next && next <= nowMs;

    private async Task TickAsync()
    {
        bool rests = true; // until the next look, not until what is due: that is over already
        try
        {
            await RescheduleForZoneAsync();
            rests = Leaving?.Invoke() == true || (_restsSince is { } since && _time.GetElapsedTime(since) < s_longestSleep);
            if (!rests)
            {
                await StartDueAsync();
            }
        }
        catch (Exception exception) // the top of the loop: the disk takes no writes, most of all
        {
            rests = true;
            NoteFailure(exception);
        }

        if (_halted || (_manual.Count == 0 && _jobs.Values.All(job => !job.Enabled)))
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        long? wake = !rests && _running.Count < _config().MaxConcurrentRuns ? NextWakeAtMs : null;
        TimeSpan sleep = TimeSpan.FromMilliseconds(Math.Clamp((wake ?? long.MaxValue / 2) - NowMs, 1, (long)s_longestSleep.TotalMilliseconds));
        _timer.Change(sleep, Timeout.InfiniteTimeSpan);
    }

    // Expressions without a zone follow the machine when it is moved.
    private async Task RescheduleForZoneAsync()
    {
        if (_zone == _time.LocalTimeZone.Id)
        {
            return;
        }

        string zone = _time.LocalTimeZone.Id;
        foreach (CronJob job in _jobs.Values.Where(job => job is { Enabled: true, Schedule: { Kind: CronSchedule.CronKind, Tz: null } }).ToArray())
        {
            await SaveAsync(Scheduled(job, NowMs));
        }

        _zone = zone;
    }

    private async Task StartDueAsync()
    {
        if (_halted)
        {
            return;
        }

        for (int left = _manual.Count; left > 0 && _running.Count < _config().MaxConcurrentRuns; left--)
        {
            (string JobId, string RunId, CronFire? Fire) asked = _manual.Dequeue();
            if (!_jobs.TryGetValue(asked.JobId, out CronJob? job) || (asked.Fire is { HasStarted: false } fire && !fire.IsCurrent(job)))
            {
                asked.Fire?.Ended.TrySetResult(CronFire.NotRun);
            }
            else if (_running.ContainsKey(job.Id))
            {
                _manual.Enqueue(asked); // what waits for the run that is under way
            }
            else
            {
                await StartAskedAsync(job, asked);
            }
        }

        if (!IsEnabled)
        {
            return;
        }

        long now = NowMs;
        foreach (CronJob job in _jobs.Values.Where(job => IsDue(job, now)).OrderBy(job => job.State.NextRunAtMs).ToArray())
        {
            if (_running.Count >= _config().MaxConcurrentRuns)
            {
                return;
            }

            if (!_running.ContainsKey(job.Id))
            {
                await StartAsync(job, string.Create(CultureInfo.InvariantCulture, $"cron:{job.Id}:{now}"), manual: false);
            }
        }
    }

    private async Task StartAsync(CronJob job, string runId, bool manual, CronFire? fire = null)
    {
        long started = NowMs;
        bool off = fire is { SwitchesOff: true, HasStarted: false }; // a job that waits for the end of a command is off from the moment that it runs
        job = off ? job with { Enabled = false, UpdatedAtMs = started, State = job.State with { ScheduleActivatedAtMs = started, NextRunAtMs = null } } : job;
        CronJob running = job with { State = job.State with { RunningAtMs = started } };
        await SaveAsync(running);
        fire?.HasStarted = true;
        if (off)
        {
            Tell(new CronEvent("updated", job));
        }

        _nextChecks.TryRemove(job.Id, out _);
        Tell(new CronEvent("started", running));
        CronJob asked = manual && fire?.Batch is null ? running with { Trigger = null } : running; // by hand it runs, whatever its condition says
        _running[job.Id] = Task.Run(() => ExecuteAsync(fire is null ? asked : fire.On(asked), runId, started, manual, fire), CancellationToken.None);
    }

    private async Task ExecuteAsync(CronJob job, string runId, long started, bool manual, CronFire? fire)
    {
        CronOutcome outcome;
        try
        {
            outcome = await _run(job, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            fire?.Ended.TrySetCanceled();
            return;
        }
        catch (Exception exception)
        {
            Notes.Broke(_logger, exception, job.Name);
            outcome = CronOutcome.Failed("internal error: the gateway's log says more");
        }

        try
        {
            await _commands.Writer.WriteAsync(() => FinishAsync(job.Id, runId, started, manual, outcome, fire), _stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // The gateway ends; the next start records the run as interrupted.
            fire?.Ended.TrySetCanceled();
        }
    }

    private async Task FinishAsync(string id, string runId, long started, bool manual, CronOutcome outcome, CronFire? fire)
    {
        _running.Remove(id);
        _halted |= outcome.IsInterrupted; // the gateway stops: what is due is due at the next start
        CronJob? job = _jobs.GetValueOrDefault(id);
        if (outcome.IsPutOff && job is not null)
        {
            await PutOffAsync(job, runId, manual, fire);
            return;
        }

        fire?.Ended.TrySetResult(CronFire.DispositionOf(outcome));
        if (outcome.IsInterrupted || job is null)
        {
            return;
        }

        if (outcome is { Status: "ok", Fired: false })
        {
            await RestAsync(job, manual, outcome);
            return;
        }

        CronJob done = Counted(job, started, manual, outcome);
        done = Judge?.Invoke(done) ?? done;
        bool gone = outcome.Status == "ok" && done.DeleteAfterRun == true && !manual && outcome.Delivery.Status != "not-delivered";
        CronRunEntry entry = Entry(done, runId, started, outcome);
        try
        {
            await _store.FinishAsync(entry, gone ? null : done, CancellationToken.None);
            _failing = false;
        }
        catch (StorageException exception)
        {
            NoteFailure(exception); // in memory the job goes on
        }

        if (gone)
        {
            _jobs.Remove(id);
        }
        else
        {
            _jobs[id] = done;
        }

        Publish();
        Tell(new CronEvent("finished", done, entry));
    }

    // A condition that did not hold: no run, no line in the log.
    private async Task RestAsync(CronJob job, bool manual, CronOutcome outcome)
    {
        CronJob rested = outcome.IsBusy ? job : Evaluated(job, outcome, keep: true);
        rested = rested with { State = rested.State with { RunningAtMs = null, StartupCatchupAtMs = null } };
        await KeepAsync(manual ? rested : Later(Scheduled(rested, NowMs)));
    }

    private CronJob Evaluated(CronJob job, CronOutcome outcome, bool keep)
    {
        CronJobState state = outcome.Fired is null ? job.State : job.State with
        {
            LastTriggerEvalAtMs = NowMs,
            TriggerEvalCount = (job.State.TriggerEvalCount ?? 0) + 1,
            LastTriggerFireAtMs = outcome.Fired == true ? NowMs : job.State.LastTriggerFireAtMs,
        };
        return job with
        {
            State = keep && outcome.State is { } left ? state with { TriggerState = left.ValueKind == JsonValueKind.Null ? null : left } : state,
        };
    }

    // Conditions are not looked at more often than every half minute.
    private CronJob Later(CronJob job) => job.Trigger is not null && job.State.NextRunAtMs is { } next
        ? job with { State = job.State with { NextRunAtMs = Math.Max(next, NowMs + MinTriggerMs) } }
        : job;

    private CronJob Paced(CronJob job, CronOutcome outcome)
    {
        if (outcome.Status != "ok" || job.Pacing is not { } pacing || job.State.NextRunAtMs is null
            || (outcome.NextCheckMs ?? (_nextChecks.TryGetValue(job.Id, out long asked) ? asked : null)) is not { } delay)
        {
            return job;
        }

        (long? min, long? max) = CronPartsReader.Bounds(pacing);
        return job with { State = job.State with { NextRunAtMs = NowMs + Math.Min(max ?? long.MaxValue / 2, Math.Max(min ?? 0, delay)) } };
    }

    private CronJob Counted(CronJob job, long started, bool manual, CronOutcome outcome)
    {
        bool failed = outcome.Status == "error";
        int errors = failed ? (job.State.ConsecutiveErrors ?? 0) + 1 : outcome.Status == "ok" ? 0 : job.State.ConsecutiveErrors ?? 0;
        CronJobState state = job.State with
        {
            RunningAtMs = null,
            LastRunAtMs = started,
            LastRunStatus = outcome.Status,
            LastStatus = outcome.Status,
            LastDurationMs = NowMs - started,
            LastError = outcome.Error,
            ConsecutiveErrors = errors,
            ConsecutiveSkipped = outcome.Status == "skipped" ? (job.State.ConsecutiveSkipped ?? 0) + 1 : 0,
            LastDelivered = outcome.Delivery.Status switch { "delivered" => true, "not-delivered" => false, _ => IsQuietTurn(job) ? false : null },
            LastDeliveryStatus = outcome.Delivery.Status,
            LastDeliveryError = outcome.Delivery.Error,
            LastDiagnostics = outcome.Diagnostics,
        };
        job = Evaluated(job with { State = state }, outcome, keep: outcome.Status == "ok");
        state = job.State;
        if (outcome is { Status: "ok", Fired: true } && job.Trigger is { } trigger && trigger.TryGetProperty("once"u8, out JsonElement once) && once.ValueKind == JsonValueKind.True)
        {
            return job with { Enabled = false, State = state with { NextRunAtMs = null } };
        }

        if (manual)
        {
            return job; // its own times stay
        }

        job = job with { State = state with { StartupCatchupAtMs = null } };
        if (job.Schedule.Kind == CronSchedule.AtKind)
        {
            bool again = failed && outcome.IsTransient && errors <= MaxOnceRetries;
            return job with
            {
                Enabled = again && job.Enabled,
                State = job.State with { NextRunAtMs = again ? NowMs + Backoff(errors) : null },
            };
        }

        if (errors >= MaxFailures)
        {
            return SwitchedOff(job, "consecutive-failures");
        }

        job = Later(Paced(Scheduled(job with { State = job.State with { NextRunAtMs = null } }, NowMs), outcome));
        long? next = job.State.NextRunAtMs;
        return failed && next is not null
            ? job with { State = job.State with { NextRunAtMs = Math.Max(next.Value, NowMs + Backoff(errors)) } }
            : job;
    }

    private static long Backoff(int errors) => s_backoffMs[Math.Clamp(errors - 1, 0, s_backoffMs.Length - 1)];

    private CronJob SwitchedOff(CronJob job, string reason)
    {
        Notes.SwitchedOff(_logger, job.Name, reason, job.Id);
        return job with
        {
            Enabled = false,
            State = job.State with { NextRunAtMs = null, AutoDisabled = new CronAutoDisabled(reason, NowMs, Math.Max(1, (reason == "schedule-errors" ? job.State.ScheduleErrorCount : job.State.ConsecutiveErrors) ?? 1)) },
        };
    }

    private CronJob Scheduled(CronJob job, long nowMs)
    {
        try
        {
            long? next = job.Enabled ? CronTimetable.Next(job.Schedule, job.Id, nowMs, _time.LocalTimeZone) : null;
            return job with { State = job.State with { NextRunAtMs = next } };
        }
        catch (CronInputException)
        {
            // A zone that the machine no longer knows, for one.
            int count = (job.State.ScheduleErrorCount ?? 0) + 1;
            job = job with { State = job.State with { ScheduleErrorCount = count, NextRunAtMs = nowMs + Backoff(count) } };
            return count >= MaxScheduleErrors ? SwitchedOff(job, "schedule-errors") : job;
        }
    }

    private static CronRunEntry Entry(CronJob job, string runId, long started, CronOutcome outcome)
    {
        bool undelivered = outcome.Delivery.Status == "not-delivered" && job.Delivery?.BestEffort != true;
        return new CronRunEntry
        {
            Ts = started + (job.State.LastDurationMs ?? 0),
            JobId = job.Id,
            Status = outcome.Status,
            CompletionStatus = outcome.Status == "error" || undelivered ? "failed" : "succeeded",
            Error = outcome.Error,
            Summary = outcome.Summary is { Length: > SummaryChars } text ? text[..SummaryChars] + "…" : outcome.Summary,
            RunId = runId,
            RunAtMs = started,
            DurationMs = job.State.LastDurationMs ?? 0,
            NextRunAtMs = job.State.NextRunAtMs,
            Model = outcome.Model,
            Provider = outcome.Provider,
            Usage = outcome.Usage,
            Delivered = job.State.LastDelivered,
            DeliveryStatus = outcome.Delivery.Status,
            DeliveryError = outcome.Delivery.Error,
            DeliverySuppressionReason = outcome.Delivery.Suppressed,
            SessionId = outcome.SessionId,
            SessionKey = outcome.SessionKey,
            JobName = job.Name,
            Diagnostics = outcome.Diagnostics,
            TriggerFired = outcome.Fired,
            Delivery = Trace(job, outcome.Delivery),
        };
    }

    private static bool IsQuietTurn(CronJob job) => job is { Payload.Kind: CronPayload.AgentTurnKind, Delivery.Mode: CronDelivery.None };

    private static JsonElement? Trace(CronJob job, CronDelivered done) => job.Delivery is not { } wish ? null : CronFields.Build(json =>
    {
        bool quiet = IsQuietTurn(job);
        json.WriteStartObject("intended"u8);
        if (wish.Mode == CronDelivery.Announce || quiet)
        {
            json.WriteString("channel"u8, wish.Channel ?? "last");
        }

        if (wish is { Mode: not CronDelivery.None, To: { } to })
        {
            json.WriteString("to"u8, to);
        }

        if (quiet)
        {
            json.WriteNull("to"u8); // as there
        }

        json.WriteString("source"u8, quiet ? "last"u8 : "explicit"u8);
        json.WriteEndObject();
        if (quiet)
        {
            json.WriteBoolean("fallbackUsed"u8, false);
            json.WriteBoolean("delivered"u8, false);
        }

        if (wish.Mode != CronDelivery.None && done.Status is "delivered" or "not-delivered")
        {
            json.WriteBoolean("delivered"u8, done.Status == "delivered");
        }
    });

    // Turns that were missed wait two minutes, notes a few seconds each, so that a start is not a stampede.
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        long now = NowMs;
        foreach (CronJob cut in _jobs.Values.Where(job => job.State.RunningAtMs is not null).ToArray())
        {
            long started = cut.State.RunningAtMs!.Value;
            CronOutcome outcome = CronOutcome.Failed("the gateway ended during the run");
            bool once = cut.Schedule.Kind == CronSchedule.AtKind;
            CronJob job = cut with
            {
                State = cut.State with { RunningAtMs = null, LastRunAtMs = started, LastRunStatus = "error", LastStatus = "error", LastError = outcome.Error },
            };
            job = once ? job : Scheduled(job, now);
            await _store.FinishAsync(Entry(job, $"cron:{cut.Id}:{started}", started, outcome), job, cancellationToken);
            _jobs[cut.Id] = job;
        }

        int place = 0;
        foreach (CronJob job in _jobs.Values.Where(job => IsDue(job, now)).OrderBy(job => job.State.NextRunAtMs).ToArray())
        {
            CronJob late = job;
            if (_config().SkipMissedJobs && job.Schedule.Kind != CronSchedule.AtKind)
            {
                late = Scheduled(job, now);
            }
            else
            {
                bool turn = job.Payload.Kind == CronPayload.AgentTurnKind;
                long at = now + (turn ? CatchUpTurnDelayMs : 0) + (turn || place >= MaxCatchUpAtOnce ? CatchUpStepMs * place : 0);
                place++;
                late = job with { State = job.State with { NextRunAtMs = at, StartupCatchupAtMs = at } };
            }

            await _store.SaveAsync(late, cancellationToken);
            _jobs[job.Id] = late;
        }
    }
}

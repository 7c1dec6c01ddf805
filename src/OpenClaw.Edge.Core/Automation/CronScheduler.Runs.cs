using System.Globalization;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Automation;

/// <content>What is due, what it leaves behind, and what was missed. Everything here runs on the loop but <c>ExecuteAsync</c>.</content>
public sealed partial class CronScheduler
{
    private const int MaxFailures = 10;
    private const int MaxScheduleErrors = 3;
    private const int MaxOnceRetries = 3;
    private const int MaxCatchUpAtOnce = 5;
    private const int SummaryChars = 2000;
    private const long CatchUpStepMs = 5_000;
    private const long CatchUpTurnDelayMs = 120_000; // a start is not the time for models

    private static readonly long[] s_backoffMs = [30_000, 60_000, 300_000, 900_000, 3_600_000];

    private static bool IsDue(CronJob job, long nowMs) => job.Enabled && job.State.NextRunAtMs is { } next && next <= nowMs;

    private async Task TickAsync()
    {
        try
        {
            await RescheduleForZoneAsync();
            await StartDueAsync();
        }
        catch (StorageException exception)
        {
            Notes.TickFailed(_logger, exception);
        }

        if (_jobs.Values.All(job => !job.Enabled))
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        long? wake = _running.Count < _config().MaxConcurrentRuns ? NextWakeAtMs : null;
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

        _zone = _time.LocalTimeZone.Id;
        foreach (CronJob job in _jobs.Values.Where(job => job is { Enabled: true, Schedule: { Kind: CronSchedule.CronKind, Tz: null } }).ToArray())
        {
            await SaveAsync(Scheduled(job, NowMs));
        }
    }

    private async Task StartDueAsync()
    {
        if (_halted)
        {
            return;
        }

        while (_running.Count < _config().MaxConcurrentRuns && _manual.TryDequeue(out (string JobId, string RunId) asked))
        {
            if (_jobs.TryGetValue(asked.JobId, out CronJob? job))
            {
                await StartAsync(job, asked.RunId, manual: true);
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

    private async Task StartAsync(CronJob job, string runId, bool manual)
    {
        long started = NowMs;
        CronJob running = job with { State = job.State with { RunningAtMs = started } };
        await SaveAsync(running);
        Tell(new CronEvent("started", running));
        _running[job.Id] = Task.Run(() => ExecuteAsync(running, runId, started, manual), CancellationToken.None);
    }

    private async Task ExecuteAsync(CronJob job, string runId, long started, bool manual)
    {
        CronOutcome outcome;
        try
        {
            outcome = await _run(job, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            Notes.Broke(_logger, exception, job.Name);
            outcome = CronOutcome.Failed("internal error: the gateway's log says more");
        }

        try
        {
            await _commands.Writer.WriteAsync(() => FinishAsync(job.Id, runId, started, manual, outcome), _stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // The gateway ends; the next start records the run as interrupted.
        }
    }

    private async Task FinishAsync(string id, string runId, long started, bool manual, CronOutcome outcome)
    {
        _running.Remove(id);
        _halted |= outcome.IsInterrupted; // the gateway stops: what is due is due at the next start
        if (_halted || !_jobs.TryGetValue(id, out CronJob? job))
        {
            return;
        }

        CronJob done = Counted(job, started, manual, outcome);
        bool gone = outcome.Status == "ok" && done.DeleteAfterRun == true && !manual && outcome.Delivery.Status != "not-delivered";
        CronRunEntry entry = Entry(done, runId, started, outcome);
        try
        {
            await _store.FinishAsync(entry, gone ? null : done, CancellationToken.None);
        }
        catch (StorageException exception)
        {
            Notes.TickFailed(_logger, exception); // in memory the job goes on
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
            LastDelivered = outcome.Delivery.Status switch { "delivered" => true, "not-delivered" => false, _ => null },
            LastDeliveryStatus = outcome.Delivery.Status,
            LastDeliveryError = outcome.Delivery.Error,
        };
        job = job with { State = state };
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

        job = Scheduled(job with { State = job.State with { NextRunAtMs = null } }, NowMs);
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
            State = job.State with { NextRunAtMs = null, AutoDisabled = new CronAutoDisabled(reason, NowMs) },
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
        };
    }

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

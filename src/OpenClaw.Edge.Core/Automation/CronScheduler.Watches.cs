using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <content>What is not a matter of time: sources, declarations, and what runs ask for.</content>
public sealed partial class CronScheduler
{
    /// <summary>Called on the loop when jobs have changed; must not block. Null tells nobody.</summary>
    internal Action<IReadOnlyList<CronJob>>? Watcher { get; set; }

    /// <summary>Asks for the next look at the job that runs in a session, in so many milliseconds. Its bounds hold.</summary>
    /// <returns>The job; null when none runs there, or when it has no pacing.</returns>
    public CronJob? NextCheck(string sessionKey, long delayMs)
    {
        ArgumentNullException.ThrowIfNull(sessionKey);
        CronJob? job = _snapshot.FirstOrDefault(job => job.State.RunningAtMs is not null && job.Pacing is not null
            && (sessionKey.Contains($":cron:{job.Id}:", StringComparison.Ordinal)
                || (job.SessionTarget.StartsWith(CronJob.SessionPrefix, StringComparison.Ordinal)
                    && $":{sessionKey}".EndsWith($":{job.SessionTarget[CronJob.SessionPrefix.Length..]}", StringComparison.OrdinalIgnoreCase))));
        if (job is not null)
        {
            _nextChecks[job.Id] = delayMs;
        }

        return job;
    }

    /// <summary>Runs a job for something that has happened. The fire ends with what became of it.</summary>
    internal async Task<string> FireAsync(string id, CronFire fire, CancellationToken cancellationToken)
    {
        await AskAsync(
            () =>
            {
                bool taken = _running.ContainsKey(id) || _manual.Any(waiting => waiting.JobId == id);
                if (!_jobs.TryGetValue(id, out CronJob? job) || !fire.IsCurrent(job) || !IsEnabled)
                {
                    fire.Ended.TrySetResult(CronFire.NotRun);
                }
                else if (_manual.Count >= MaxManual || (taken && fire.Batch is not null))
                {
                    fire.Ended.TrySetResult(CronFire.Busy);
                }
                else
                {
                    _manual.Enqueue((id, $"cron:{id}:{NowMs}:{Guid.NewGuid()}", fire));
                }

                return Task.FromResult(true);
            },
            cancellationToken);
        return await fire.Ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Notes what its source says about a job, in memory when the disk takes no writes; nobody is told.</summary>
    /// <param name="id">Job.</param>
    /// <param name="change">The state after it; null leaves it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal Task<CronJob?> NoteAsync(string id, Func<CronJob, CronJobState?> change, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            if (!_jobs.TryGetValue(id, out CronJob? job) || change(job) is not { } state)
            {
                return null;
            }

            CronJob noted = job with { State = state };
            await KeepAsync(noted);
            return noted;
        },
        cancellationToken);

    private void CheckTriggers(CronJob job, JsonElement members)
    {
        const string Cure = "because the operator set cron.triggers.enabled: false; remove it or set it to true";
        if (AreTriggersEnabled)
        {
            return;
        }

        bool Names(string name) => members.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object;
        string? what = job.Trigger is not null && Names("trigger") ? "triggers"
            : job.Payload.Kind == CronPayload.ScriptKind && Names("payload") ? "script payloads"
            : job.Schedule.Kind == CronSchedule.StreamKind && job.Enabled && (Names("schedule") || members.TryGetProperty("enabled"u8, out _)) ? "stream schedules"
            : null;
        if (what is not null)
        {
            throw new CronInputException($"cron {what} are disabled {Cure}");
        }
    }

    private async Task<(CronJob Job, bool IsNew, bool IsChanged)> ConvergeAsync(CronJob before, CronJob wished)
    {
        bool on = wished.Enabled && (!before.Enabled || before.State.AutoDisabled is not null || before.State.StreamRestartExhausted == true);
        if (!on && CronStore.TextOf(before) == CronStore.TextOf(wished))
        {
            return (before, false, false);
        }

        CronJob job = Rescheduled(before, wished with { UpdatedAtMs = NowMs }, on, paces: false);
        await SaveAsync(job);
        Tell(new CronEvent("updated", job));
        return (job, false, true);
    }

    // A new place in time, where the change asks for one; what was switched on again begins anew.
    private CronJob Rescheduled(CronJob before, CronJob job, bool switchedOn, bool paces)
    {
        if (switchedOn)
        {
            job = job with
            {
                State = job.State with
                {
                    ConsecutiveErrors = 0,
                    ScheduleErrorCount = 0,
                    AutoDisabled = null,
                    StreamRestartExhausted = null,
                    StreamError = null,
                    StreamConsecutiveFailures = job.Schedule.Kind == CronSchedule.StreamKind ? 0 : null,
                },
            };
        }

        bool same = job.Schedule.Means(before.Schedule);
        if ((!same || (before.Enabled && !job.Enabled)) && (job.Schedule.Kind == CronSchedule.StreamKind || before.Schedule.Kind == CronSchedule.StreamKind))
        {
            bool stream = job.Schedule.Kind == CronSchedule.StreamKind;
            job = job with
            {
                State = job.State with
                {
                    StreamSourceIdentity = stream ? Guid.NewGuid().ToString() : null,
                    StreamStatus = same ? job.State.StreamStatus : null,
                    StreamError = null,
                    StreamRestartExhausted = null,
                    StreamConsecutiveFailures = null,
                    StreamDroppedBatches = stream ? job.State.StreamDroppedBatches : null,
                    StreamCoalescedBatches = stream ? job.State.StreamCoalescedBatches : null,
                    StreamLastStartedAtMs = stream ? job.State.StreamLastStartedAtMs : null,
                    StreamLastExitAtMs = stream ? job.State.StreamLastExitAtMs : null,
                },
            };
        }

        return job.Enabled == before.Enabled && same && (!switchedOn || job.Schedule.IsWatch) && (!paces || job.Schedule.IsWatch)
            ? job
            : Placed(job with { State = job.State with { ScheduleActivatedAtMs = NowMs, StartupCatchupAtMs = null, NextRunAtMs = null } });
    }

    // A time that has just gone by is still meant.
    private CronJob Placed(CronJob job)
    {
        CronJob placed = Scheduled(job, NowMs);
        return placed is { Enabled: true, State.NextRunAtMs: null, Schedule: { Kind: CronSchedule.AtKind, At: { } at } } && CronTimetable.ParseAt(at) > NowMs - 60_000
            ? placed with { State = placed.State with { NextRunAtMs = CronTimetable.ParseAt(at) } }
            : placed;
    }
}

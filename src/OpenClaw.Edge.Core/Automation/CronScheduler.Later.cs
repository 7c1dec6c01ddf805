using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Automation;

/// <content>What cannot be done now: the disk takes no writes, or the machine is about to sleep. Everything here runs on the loop.</content>
public sealed partial class CronScheduler
{
    private async Task StartAskedAsync(CronJob job, (string JobId, string RunId, CronFire? Fire) asked)
    {
        try
        {
            await StartAsync(job, asked.RunId, manual: true, asked.Fire);
        }
        catch (StorageException)
        {
            PutBack(asked);
            throw;
        }
    }

    // A batch goes back to its source, which asks again; what else was asked for waits on.
    private void PutBack((string JobId, string RunId, CronFire? Fire) asked)
    {
        if (asked.Fire is { Batch: not null } fire)
        {
            fire.Ended.TrySetResult(CronFire.Busy);
        }
        else
        {
            _manual.Enqueue(asked);
        }
    }

    // Nothing has run: what was due stays due, and what was asked for waits on.
    private async Task PutOffAsync(CronJob job, string runId, bool manual, CronFire? fire)
    {
        _restsSince = _time.GetTimestamp();
        if (manual)
        {
            PutBack((job.Id, runId, fire));
        }

        CronJob idle = job with { State = job.State with { RunningAtMs = null } };
        await KeepAsync(idle);
        Tell(new CronEvent("updated", idle));
    }

    // In memory a job goes on when the disk takes no writes.
    private async Task KeepAsync(CronJob job)
    {
        try
        {
            await SaveAsync(job);
        }
        catch (StorageException exception)
        {
            NoteFailure(exception);
            _jobs[job.Id] = job;
            Publish();
        }
    }

    // The first of a row says it all, and the log may be on the same disk.
    private void NoteFailure(Exception exception)
    {
        if (!_failing)
        {
            Notes.TickFailed(_logger, exception);
        }

        _failing = true;
    }
}

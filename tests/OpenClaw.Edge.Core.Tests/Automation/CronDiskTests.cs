using OpenClaw.Edge.Automation;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

/// <summary>Jobs while the disk takes no writes, and after it.</summary>
public sealed class CronDiskTests : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private CronFixture _it = null!;

    public async ValueTask InitializeAsync() => _it = await CronFixture.StartAsync();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task What_is_due_is_tried_once_a_minute_and_the_log_says_it_once()
    {
        CronJob job = await _it.AddAsync();
        await _it.AdvanceAsync(3500);
        await _it.ComesRoundAsync();
        await _it.BreakAsync();
        await _it.AdvanceAsync(100);
        await Eventually.HoldsAsync(() => _it.Errors == 1);
        await _it.ComesRoundAsync();
        await _it.ComesRoundAsync();

        Assert.Equal((1, s_minute, null), (_it.Errors, _it.Sleep, _it.Cron.Find(job.Id)!.State.RunningAtMs));

        await _it.MendAsync();
        await _it.AdvanceAsync(60);
        Assert.Equal("ok", (await _it.UntilAsync("finished")).Entry!.Status);

        await _it.BreakAsync();
        await _it.AdvanceAsync(3600);
        await Eventually.HoldsAsync(() => _it.Errors == 2); // another row of failures
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_leaves_the_scheduler_alive()
    {
        _it.Run = async (_, _) =>
        {
            await _it.BreakAsync();
            return new CronOutcome { Status = "ok", Fired = false };
        };
        CronJob job = await _it.AddAsync(CronFixture.Hourly.Replace("\"name\"", "\"trigger\":{\"script\":\"return {}\"},\"name\"", StringComparison.Ordinal));
        await _it.AdvanceAsync(3600);
        await Eventually.HoldsAsync(() => _it.Errors == 1);
        await _it.ComesRoundAsync();

        CronJobState state = _it.Cron.Find(job.Id)!.State;
        Assert.Equal((null, 1, Now + 3_600_000), (state.RunningAtMs, state.TriggerEvalCount, state.NextRunAtMs));

        await _it.MendAsync();
        _it.Run = (_, _) => Task.FromResult(new CronOutcome { Status = "ok", Fired = true });
        await _it.AdvanceAsync(3600);
        await _it.UntilAsync("finished");
    }

    [Fact]
    public async Task A_run_whose_end_cannot_be_taken_in_does_not_end_the_others_nor_begin_at_once()
    {
        int runs = 0;
        _it.Run = (_, _) => Task.FromResult(new CronOutcome { Status = "ok", Summary = $"{++runs}" });
        _it.Cron.Judge = _ => throw new InvalidOperationException("a fault of ours");
        await _it.AddAsync();
        await _it.AdvanceAsync(3600);
        await Eventually.HoldsAsync(() => _it.Errors == 1);
        await _it.ComesRoundAsync();

        Assert.Equal((1, 1, s_minute), (runs, _it.Errors, _it.Sleep));

        _it.Cron.Judge = null;
        await _it.AdvanceAsync(60);
        Assert.Equal("2", (await _it.UntilAsync("finished")).Entry!.Summary);
    }

    [Fact]
    public async Task A_run_by_hand_waits_until_there_is_room()
    {
        CronJob job = await _it.AddAsync();
        await _it.BreakAsync();
        string? runId = (await _it.Cron.RunAsync(job.Id, "force", CancellationToken.None)).RunId;
        await Eventually.HoldsAsync(() => _it.Errors == 1);

        Assert.Equal("already-running", (await _it.Cron.RunAsync(job.Id, "force", CancellationToken.None)).Reason);

        await _it.MendAsync();
        await _it.AdvanceAsync(60);
        Assert.Equal(runId, (await _it.UntilAsync("finished")).Entry!.RunId);
    }

    [Fact]
    public async Task A_batch_goes_back_to_its_source()
    {
        CronJob job = await _it.AddAsync();
        await _it.BreakAsync();

        Task<string> fired = _it.Cron.FireAsync(job.Id, new CronFire { Batch = "a line", IsCurrent = _ => true }, CancellationToken.None);

        Assert.Equal(CronFire.Busy, await Guard.Within(fired, "the batch"));
    }

    [Fact]
    public async Task The_end_of_a_command_waits_and_its_job_stays_on_until_it_runs()
    {
        CronJob job = await _it.AddAsync();
        await _it.BreakAsync(like: "%runningAtMs%"); // the second of two writes, if there were two
        Task<string> fired = _it.Cron.FireAsync(
            job.Id, new CronFire { Text = "it has ended", SwitchesOff = true, IsCurrent = now => now.Enabled }, CancellationToken.None);
        await Eventually.HoldsAsync(() => _it.Errors == 1);

        await _it.ComesRoundAsync();
        Assert.Equal((true, false, s_minute), (_it.Cron.Find(job.Id)!.Enabled, fired.IsCompleted, _it.Sleep));

        await _it.MendAsync();
        await _it.ComesRoundAsync();
        Assert.Equal(CronFire.Fired, await Guard.Within(fired, "the run"));
        Assert.Equal((false, 0L), ((await _it.UntilAsync("updated")).Job.Enabled, (await _it.UntilAsync("started")).Job.State.NextRunAtMs ?? 0));
    }

    private long Now => _it.GetUtcNow().ToUnixTimeMilliseconds();
}

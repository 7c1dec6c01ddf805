using OpenClaw.Edge.Automation;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

/// <summary>Jobs when the machine is about to go down or to sleep, and when the gateway really stops.</summary>
public sealed class CronPutOffTests : IAsyncLifetime
{
    private static readonly CronOutcome s_putOff = CronOutcome.Failed("the machine is about to sleep") with { IsPutOff = true };
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private CronFixture _it = null!;
    private int _runs;

    public async ValueTask InitializeAsync()
    {
        _it = await CronFixture.StartAsync();
        _it.Run = (_, _) => Task.FromResult(Interlocked.Increment(ref _runs) == 1 ? s_putOff : new CronOutcome { Status = "ok" });
    }

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task What_was_refused_is_no_run_and_is_tried_again_a_minute_later()
    {
        CronJob job = await _it.AddAsync();
        await _it.AdvanceAsync(3600);
        CronEvent told = await _it.UntilAsync("updated");
        await _it.ComesRoundAsync();

        Assert.Equal((null, 0L, 1, s_minute), (told.Job.State.RunningAtMs, _it.Cron.Log.Runs(job.Id, null, 1, 0).Total, _runs, _it.Sleep));

        await _it.AdvanceAsync(60);
        Assert.Equal("ok", (await _it.UntilAsync("finished")).Entry!.Status);
        await _it.AdvanceAsync(3600);
        await _it.UntilAsync("finished");
    }

    [Fact]
    public async Task Nothing_is_begun_while_the_machine_leaves_and_everything_after_it()
    {
        bool leaving = true;
        _it.Run = (_, _) => Task.FromResult(new CronOutcome { Status = "ok", Summary = $"{Interlocked.Increment(ref _runs)}" });
        _it.Cron.Leaving = () => Volatile.Read(ref leaving);
        CronJob watch = await _it.AddAsync();
        await _it.AdvanceAsync(3600);
        Task<string> fired = _it.Cron.FireAsync(watch.Id, new CronFire { SwitchesOff = true, IsCurrent = job => job.Enabled }, CancellationToken.None);
        await _it.ComesRoundAsync();

        Assert.Equal((0, true, s_minute), (_runs, _it.Cron.Find(watch.Id)!.Enabled, _it.Sleep));

        Volatile.Write(ref leaving, false);
        await _it.ComesRoundAsync();
        Assert.Equal(CronFire.Fired, await Guard.Within(fired, "the run"));
        Assert.Equal("1", (await _it.UntilAsync("finished")).Entry!.Summary);
    }

    [Fact]
    public async Task A_run_by_hand_keeps_its_id()
    {
        CronJob job = await _it.AddAsync();
        string? runId = (await _it.Cron.RunAsync(job.Id, "force", CancellationToken.None)).RunId;
        await _it.UntilAsync("updated");
        await _it.AdvanceAsync(60);

        Assert.Equal(runId, (await _it.UntilAsync("finished")).Entry!.RunId);
    }

    [Fact]
    public async Task The_end_of_a_command_is_kept_and_a_batch_goes_back()
    {
        CronJob job = await _it.AddAsync();
        Task<string> ended = _it.Cron.FireAsync(job.Id, new CronFire { SwitchesOff = true, IsCurrent = now => now.Enabled }, CancellationToken.None);
        await _it.UntilAsync("started");
        await _it.UntilAsync("updated");
        await _it.AdvanceAsync(60);

        Assert.Equal(CronFire.Fired, await Guard.Within(ended, "the run"));

        _it.Run = (_, _) => Task.FromResult(s_putOff);
        Task<string> batch = _it.Cron.FireAsync(job.Id, new CronFire { Batch = "a line", IsCurrent = _ => true }, CancellationToken.None);
        Assert.Equal(CronFire.Busy, await Guard.Within(batch, "the batch"));
    }

    [Fact]
    public async Task When_the_gateway_stops_nothing_is_begun_and_what_ends_well_is_still_recorded()
    {
        TaskCompletionSource<CronOutcome> other = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CronJob slow = await _it.AddAsync();
        _it.Run = (job, _) => job.Id == slow.Id ? other.Task : Task.FromResult(CronOutcome.Failed("the gateway is stopping") with { IsInterrupted = true });
        CronJob cut = await _it.AddAsync();
        await _it.AdvanceAsync(3600);
        await Eventually.HoldsAsync(() => _it.ArmedTimers == 0, limit: TimeSpan.FromSeconds(10)); // and no core spins

        Assert.NotNull(_it.Cron.Find(cut.Id)!.State.RunningAtMs);
        other.SetResult(new CronOutcome { Status = "ok" });
        Assert.Equal(slow.Id, (await _it.UntilAsync("finished")).Job.Id);
        Assert.Equal(0, _it.ArmedTimers);
    }
}

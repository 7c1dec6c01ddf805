using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Core.Tests.Configuration;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

/// <summary>Watches where no command may run: each try fails at once, and only their own clock moves them on.</summary>
public sealed class CronWatchesTests : IAsyncLifetime
{
    private const string OnExit = """{"name":"w","schedule":{"kind":"on-exit","command":"true"},"payload":{"kind":"agentTurn","message":"go"}}""";
    private const string Stream = """{"name":"s","schedule":{"kind":"stream","command":["true"]},"payload":{"kind":"agentTurn","message":"go"}}""";

    private readonly ManualTimeProvider _time = new();
    private readonly ManualTimeProvider _waits = new();
    private readonly TempDir _dir = new();
    private CronConfig _config = new();
    private EdgeDatabase _database = null!;
    private CronScheduler _cron = null!;
    private CronWatches _watches = null!;

    public async ValueTask InitializeAsync()
    {
        _database = EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), _time, NullLogger.Instance);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _database.DisposeAsync();
        _dir.Dispose();
    }

    [Fact]
    public async Task A_command_that_does_not_start_is_tried_again_later_and_later()
    {
        CronJob job = await AddAsync(OnExit);
        await _waits.WaitForTimersAsync();
        int failures = 1;
        foreach (int seconds in (int[])[1, 5, 30, 300, 300])
        {
            await RestsAsync(seconds);
            failures++;
            Assert.Equal((failures, "cron on-exit watcher spawn failed: commands do not run here"), (_cron.Find(job.Id)!.State.ConsecutiveErrors, _cron.Find(job.Id)!.State.LastError));
        }

        Assert.True(_cron.Find(job.Id)!.Enabled);
        Assert.Equal(0, _cron.Log.Runs(job.Id, null, 1, 0).Total);
    }

    [Fact]
    public async Task A_source_that_does_not_start_is_given_up_after_five_and_begins_anew_when_it_is_switched_on()
    {
        CronJob job = await AddAsync(Stream);
        await _waits.WaitForTimersAsync();
        foreach (int seconds in (int[])[30, 60, 300])
        {
            await RestsAsync(seconds);
            Assert.Equal("restarting", _cron.Find(job.Id)!.State.StreamStatus);
        }

        _waits.Advance(TimeSpan.FromSeconds(900));
        await Eventually.HoldsAsync(() => _cron.Find(job.Id)!.State.StreamRestartExhausted == true);
        CronJobState state = _cron.Find(job.Id)!.State;
        Assert.Equal(("error", 5, "stream source failed to start: commands do not run here"), (state.StreamStatus, state.StreamConsecutiveFailures, state.StreamError));
        Assert.Equal(0, _waits.ArmedTimers);

        await UpdateAsync(job, """{"enabled":true}""");
        await _waits.WaitForTimersAsync();

        Assert.Equal((1, null), (_cron.Find(job.Id)!.State.StreamConsecutiveFailures, _cron.Find(job.Id)!.State.StreamRestartExhausted));
    }

    [Fact]
    public async Task What_is_switched_off_or_gone_waits_for_nothing()
    {
        CronJob off = await AddAsync(OnExit);
        CronJob gone = await AddAsync(Stream);
        await _waits.WaitForTimersAsync(2);

        await UpdateAsync(off, """{"enabled":false}""");
        await _cron.RemoveAsync(gone.Id, CancellationToken.None);

        await Eventually.HoldsAsync(() => _waits.ArmedTimers == 0);
    }

    [Fact]
    public async Task Watches_stand_again_after_a_restart_but_not_one_that_was_given_up()
    {
        CronJob watch = await AddAsync(OnExit);
        await _waits.WaitForTimersAsync();
        await RestsAsync(1);
        CronJob spent = await AddAsync(Stream.Replace("\"name\"", "\"enabled\":false,\"name\"", StringComparison.Ordinal));
        await UpdateAsync(spent, """{"enabled":true}""");
        await _waits.WaitForTimersAsync(2);
        await UpdateAsync(spent, """{"state":{"streamRestartExhausted":true}}""");
        await Eventually.HoldsAsync(() => _waits.ArmedTimers == 1);

        await StopAsync();
        await Eventually.HoldsAsync(() => _waits.ArmedTimers == 0);
        await StartAsync();
        await _waits.WaitForTimersAsync();

        Assert.Equal(1, _cron.Find(watch.Id)!.State.ConsecutiveErrors); // it counts from the start
        Assert.Equal(1, _waits.ArmedTimers);
        await RestsAsync(1);
        Assert.Equal(2, _cron.Find(watch.Id)!.State.ConsecutiveErrors);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task What_the_configuration_forbids_waits_until_it_allows(bool enabled, bool triggers)
    {
        CronJob job = await AddAsync(Stream);
        await _waits.WaitForTimersAsync();

        _config = new CronConfig { Enabled = enabled, TriggersEnabled = triggers };
        _watches.Reschedule();
        await Eventually.HoldsAsync(() => _cron.Find(job.Id)!.State.StreamStatus == "disabled");
        await Eventually.HoldsAsync(() => _waits.ArmedTimers == 0);

        _config = new CronConfig();
        _watches.Reschedule();
        await _waits.WaitForTimersAsync();
        await Eventually.HoldsAsync(() => _cron.Find(job.Id)!.State.StreamStatus == "restarting");
    }

    [Theory]
    [InlineData(OnExit, 1, 5, 30)]
    [InlineData(Stream, 30, 60, 300)]
    public async Task A_disk_that_takes_no_writes_ends_no_watch(string watch, int first, int second, int third)
    {
        CronJob job = await AddAsync(watch);
        await _waits.WaitForTimersAsync();
        await _database.WriteAsync(
            connection => connection.Script("CREATE TRIGGER no_room BEFORE INSERT ON cron_jobs BEGIN SELECT RAISE(ABORT, 'no room'); END"), CancellationToken.None);
        await RestsAsync(first);
        await RestsAsync(second);
        Assert.Equal(3, Failures(_cron.Find(job.Id)!));

        await _database.WriteAsync(connection => connection.Script("DROP TRIGGER no_room"), CancellationToken.None);
        await RestsAsync(third);
        Assert.Equal((4, 4), (Failures(_cron.Find(job.Id)!), Failures(_cron.Log.Load()[0])));
    }

    private static int? Failures(CronJob job) => job.Schedule.Kind == CronSchedule.StreamKind ? job.State.StreamConsecutiveFailures : job.State.ConsecutiveErrors;

    // Not a moment earlier, and then at once.
    private async Task RestsAsync(int seconds)
    {
        int timers = _waits.ArmedTimers;
        _waits.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(timers, _waits.ArmedTimers);
        _waits.Advance(1);
        await _waits.WaitForTimersAsync(timers);
    }

    private async Task StartAsync()
    {
        _cron = new CronScheduler(new CronStore(_database, _time), (_, _) => Task.FromResult(new CronOutcome { Status = "ok" }), () => _config, _time, NullLogger.Instance);
        var agents = AgentCatalog.Create(new EdgeConfig(), StatePaths.Resolve(Loaded.Environment()));
        _watches = new CronWatches(_cron, new ToolInvocation(new ToolRegistry([])), () => agents, () => _config, _waits, NullLogger.Instance);
        await _cron.StartAsync(CancellationToken.None);
    }

    private async Task StopAsync()
    {
        await _watches.DisposeAsync();
        await _cron.DisposeAsync();
    }

    private Task<CronJob> AddAsync(string job) => _cron.AddAsync(Json(job), CancellationToken.None);

    private Task<CronJob> UpdateAsync(CronJob job, string patch) => _cron.UpdateAsync(job.Id, Json(patch), CancellationToken.None);

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

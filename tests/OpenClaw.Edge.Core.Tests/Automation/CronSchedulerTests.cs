using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

public sealed class CronSchedulerTests : IAsyncLifetime
{
    private const string Every = """{"name":"tick","schedule":{"kind":"every","everyMs":60000},"sessionTarget":"isolated","payload":{"kind":"agentTurn","message":"go"},"delivery":{"mode":"none"}}""";

    private readonly ManualTimeProvider _time = new();
    private readonly TempDir _dir = new();
    private readonly Channel<CronEvent> _events = Channel.CreateBounded<CronEvent>(1000);
    private Func<CronJob, CancellationToken, Task<CronOutcome>> _run = (_, _) => Task.FromResult(new CronOutcome { Status = "ok", Summary = "done" });
    private CronConfig _config = new();
    private EdgeDatabase _database = null!;
    private CronScheduler _cron = null!;

    public async ValueTask InitializeAsync()
    {
        _database = EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), _time, NullLogger.Instance);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cron.DisposeAsync();
        await _database.DisposeAsync();
        _dir.Dispose();
    }

    [Fact]
    public async Task A_rhythm_runs_again_and_again_and_its_runs_are_in_the_log()
    {
        CronJob job = await AddAsync(Every);
        await UntilAsync("added");
        for (int i = 0; i < 3; i++)
        {
            await AdvanceAsync(60);
            await UntilAsync("finished");
        }

        (IReadOnlyList<CronRunEntry> entries, long total) = _cron.Log.Runs(job.Id, null, 2, 0);
        Assert.Equal(3, total);
        Assert.Equal(2, entries.Count);
        Assert.Equal("succeeded", entries[0].CompletionStatus);
        Assert.True(entries[0].RunAtMs > entries[1].RunAtMs);
        Assert.Equal(entries[0].RunAtMs + 60_000, _cron.Find(job.Id)!.State.NextRunAtMs);
    }

    [Fact]
    public async Task A_job_that_runs_once_is_gone_after_its_success()
    {
        CronJob job = await AddAsync("""{"name":"","schedule":{"kind":"at","at":"2026-01-01T00:01:00Z"},"payload":{"kind":"systemEvent","text":"tea"}}""");
        Assert.Equal(("tea", "main", true), (job.Name, job.SessionTarget, job.DeleteAfterRun));
        await AdvanceAsync(60);
        await UntilAsync("finished");

        Assert.Empty(_cron.Jobs);
        Assert.Equal(1, _cron.Log.Runs(job.Id, "ok", 10, 0).Total);
    }

    [Fact]
    public async Task Failures_back_off_and_ten_in_a_row_switch_the_job_off()
    {
        _run = (_, _) => Task.FromResult(CronOutcome.Failed("no model", transient: true));
        CronJob job = await AddAsync(Every.Replace("60000", "1000", StringComparison.Ordinal));
        List<long> waits = [];
        for (int i = 0; i < 10; i++)
        {
            await AdvanceAsync(3601);
            CronEvent finished = await UntilAsync("finished");
            waits.Add((finished.Job.State.NextRunAtMs ?? 0) - Now);
        }

        Assert.Equal([30_000, 60_000, 300_000, 900_000, 3_600_000], waits[..5]);
        CronJob off = _cron.Find(job.Id)!;
        Assert.False(off.Enabled);
        Assert.Equal("consecutive-failures", off.State.AutoDisabled!.Reason);
        CronJob on = await _cron.UpdateAsync(job.Id, Json("""{"enabled":true}"""), CancellationToken.None);
        Assert.Equal((0, null), (on.State.ConsecutiveErrors, on.State.AutoDisabled));
        Assert.NotNull(on.State.NextRunAtMs);
    }

    [Fact]
    public async Task No_more_run_at_once_than_configured_and_the_rest_follow()
    {
        Channel<TaskCompletionSource> gates = Channel.CreateBounded<TaskCompletionSource>(10);
        _run = async (_, _) =>
        {
            TaskCompletionSource gate = new();
            await gates.Writer.WriteAsync(gate, CancellationToken.None);
            await gate.Task;
            return new CronOutcome { Status = "ok" };
        };
        for (int i = 0; i < 3; i++)
        {
            await AddAsync(Every);
        }

        await AdvanceAsync(60);
        TaskCompletionSource first = await Guard.Within(gates.Reader.ReadAsync().AsTask(), "a run");
        TaskCompletionSource second = await Guard.Within(gates.Reader.ReadAsync().AsTask(), "a second run");
        Assert.Equal("already-running", (await _cron.RunAsync(_cron.Jobs.First(job => job.State.RunningAtMs is not null).Id, "force", CancellationToken.None)).Reason);
        Assert.False(gates.Reader.TryRead(out _));
        first.SetResult();
        (await Guard.Within(gates.Reader.ReadAsync().AsTask(), "the third run")).SetResult();
        second.SetResult();
    }

    [Fact]
    public async Task Jobs_and_cut_off_runs_survive_a_restart_and_missed_turns_wait_two_minutes()
    {
        TaskCompletionSource started = new();
        _run = async (_, cancelled) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancelled);
            return new CronOutcome { Status = "ok" };
        };
        CronJob cut = await AddAsync(Every);
        CronJob missed = await AddAsync(Every.Replace("60000", "600000", StringComparison.Ordinal));
        await AdvanceAsync(60);
        await Guard.Within(started.Task, "the run");
        await _cron.DisposeAsync();
        _time.Advance(TimeSpan.FromHours(3));
        await StartAsync();

        Assert.Equal("the gateway ended during the run", _cron.Log.Runs(cut.Id, "error", 1, 0).Entries[0].Error);
        Assert.Null(_cron.Find(cut.Id)!.State.RunningAtMs);
        Assert.Equal(Now + 120_000, _cron.Find(missed.Id)!.State.NextRunAtMs);
    }

    [Fact]
    public async Task Missed_times_are_skipped_where_that_is_wanted()
    {
        CronJob job = await AddAsync(Every.Replace("60000", "600000", StringComparison.Ordinal));
        await _cron.DisposeAsync();
        _time.Advance(TimeSpan.FromMinutes(25));
        _config = _config with { SkipMissedJobs = true };
        await StartAsync();

        Assert.Equal(Now + 300_000, _cron.Find(job.Id)!.State.NextRunAtMs);
    }

    [Fact]
    public async Task A_run_by_hand_leaves_the_times_alone_and_due_means_due()
    {
        CronJob job = await AddAsync(Every);
        Assert.Equal("not-due", (await _cron.RunAsync(job.Id, "due", CancellationToken.None)).Reason);
        string? runId = (await _cron.RunAsync(job.Id, "force", CancellationToken.None)).RunId;
        CronEvent finished = await UntilAsync("finished");

        Assert.StartsWith($"manual:{job.Id}:", runId, StringComparison.Ordinal);
        Assert.Equal(runId, finished.Entry!.RunId);
        Assert.Equal(job.State.NextRunAtMs, finished.Job.State.NextRunAtMs);
        await Assert.ThrowsAsync<CronJobNotFoundException>(() => _cron.RunAsync("nope", "force", CancellationToken.None));
    }

    [Theory]
    [InlineData(60, 900)] // too early: the least
    [InlineData(3600, 3600)]
    [InlineData(86_400, 14_400)] // too late: the most
    public async Task A_run_of_a_paced_job_asks_for_its_next_time_within_its_bounds(int asked, int granted)
    {
        _run = (_, _) => Task.FromResult(new CronOutcome { Status = "ok", NextCheckMs = asked * 1000L });
        CronJob job = await AddAsync(Every.Replace("\"name\"", "\"pacing\":{\"min\":\"15m\",\"max\":\"4h\"},\"name\"", StringComparison.Ordinal));
        await AdvanceAsync(60);
        await UntilAsync("finished");

        Assert.Equal(Now + (granted * 1000L), _cron.Find(job.Id)!.State.NextRunAtMs);
        await AdvanceAsync(granted);
        await UntilAsync("finished");
        Assert.Equal(2, _cron.Log.Runs(job.Id, null, 1, 0).Total);
    }

    [Fact]
    public async Task A_run_that_failed_or_has_no_pacing_keeps_the_rhythm()
    {
        _run = (job, _) => Task.FromResult((job.Pacing is null ? new CronOutcome { Status = "ok" } : CronOutcome.Failed("no")) with { NextCheckMs = 7_200_000 });
        CronJob plain = await AddAsync(Every);
        CronJob failed = await AddAsync(Every.Replace("\"name\"", "\"pacing\":{\"min\":\"15m\"},\"name\"", StringComparison.Ordinal));
        await AdvanceAsync(60);
        await UntilAsync("finished");
        await UntilAsync("finished");

        Assert.All([plain, failed], job => Assert.Equal(Now + 60_000, _cron.Find(job.Id)!.State.NextRunAtMs));
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "must have required property 'schedule'")]
    [InlineData("""{"name":"x","schedule":{"kind":"cron","expr":"0 0 30 2 *"}}""", "has no upcoming run time and would never fire")]
    [InlineData("""{"name":"x","schedule":{"kind":"cron","expr":"0 7 * * *","tz":"Mars/Base"}}""", "time zone \"Mars/Base\" is not known")]
    [InlineData("""{"name":"x","schedule":{"kind":"at","at":"yesterday"}}""", "expected ISO-8601 timestamp (got yesterday)")]
    [InlineData("""{"name":"x","schedule":{"kind":"at","at":"2020-01-01T00:00:00Z"}}""", "schedule.at is in the past: 2020-01-01T00:00:00.000Z")]
    [InlineData("""{"name":"x","schedule":{"kind":"every","everyMs":0}}""", "at /schedule/everyMs: must be >= 1")]
    [InlineData("""{"name":"x","colour":"red"}""", "at root: unexpected property 'colour'")]
    [InlineData("""{"name":"x","schedule":{"kind":"every","everyMs":1},"sessionTarget":"main","payload":{"kind":"agentTurn","message":"m"}}""", "main cron jobs require")]
    public async Task Refuses(string job, string part) =>
        Assert.Contains(part, (await Assert.ThrowsAsync<CronInputException>(() => AddAsync(job))).Message, StringComparison.Ordinal);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task<CronJob> AddAsync(string job)
    {
        try
        {
            return _cron.AddAsync(Json(job), CancellationToken.None);
        }
        catch (CronInputException refused)
        {
            return Task.FromException<CronJob>(refused);
        }
    }

    private async Task StartAsync()
    {
        _cron = new CronScheduler(new CronStore(_database, _time), (job, token) => _run(job, token), () => _config, _time, NullLogger.Instance);
        _cron.Listen(told => _events.Writer.TryWrite(told));
        await _cron.StartAsync(CancellationToken.None);
    }

    // The loop arms its timer again after each round; an empty question makes sure that it has come round.
    private async Task AdvanceAsync(int seconds)
    {
        await Assert.ThrowsAsync<CronJobNotFoundException>(() => _cron.RunAsync("", "due", CancellationToken.None));
        await _time.WaitForTimersAsync();
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }

    private async Task<CronEvent> UntilAsync(string action)
    {
        while (true)
        {
            CronEvent told = await Guard.Within(_events.Reader.ReadAsync().AsTask(), action);
            if (told.Action == action)
            {
                return told;
            }
        }
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

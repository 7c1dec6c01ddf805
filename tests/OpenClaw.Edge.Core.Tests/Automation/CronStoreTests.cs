using System.Text.Json;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Core.Tests.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

public sealed class CronStoreTests : WithDatabase
{
    private static readonly string[] s_states = ["ok", "error", "skipped"];
    private readonly CronStore _store;

    public CronStoreTests() => _store = new CronStore(Database, Time);

    [Fact]
    public async Task The_log_is_read_in_pages_of_what_is_wanted_in_either_order()
    {
        CronJob job = await JobAsync("a");
        for (int i = 1; i <= 6; i++)
        {
            await _store.FinishAsync(Entry(job, i, s_states[i % 3]), job, CancellationToken.None);
        }

        await _store.FinishAsync(Entry(await JobAsync("b"), 7, "ok"), null, CancellationToken.None);

        Assert.Equal("r5 r4 of 6", Page(_store.Runs("a", null, 2, 1)));
        Assert.Equal("r2 r3 of 6", Page(_store.Runs("a", null, 2, 1, upwards: true)));
        Assert.Equal("r4 r1 of 2", Page(_store.Runs("a", "error", 10, 0)));
        Assert.Equal("r5 r4 r2 r1 of 4", Page(_store.Runs("a", "error,skipped", 10, 0)));
        Assert.Equal("r7 r6 r3 of 3", Page(_store.Runs(null, "ok", 10, 0)));
        Assert.Equal("r4 of 3", Page(_store.Runs("a", null, 1, 1, wanted: entry => entry.Ts % 2 == 0)));
        Assert.Equal("r4 of 1", Page(_store.Runs(null, null, 10, 0, part: "\"r4\"")));
        Assert.Equal(" of 6", Page(_store.Runs("a", null, 10, 50)));
    }

    [Fact]
    public async Task Notes_have_a_revision_that_grows_even_when_they_are_cleared()
    {
        await JobAsync("a");
        Assert.Equal((null, 0), (_store.Scratch("a").Content, _store.Scratch("a").Revision));
        Assert.Equal((0, true), Result(await WriteAsync("a", null, null))); // nothing to clear
        Assert.Equal((1, true), Result(await WriteAsync("a", "milk", 0)));
        Assert.Equal((1, false), Result(await WriteAsync("a", "eggs", 0)));
        Time.Advance(5);
        Assert.Equal((2, true), Result(await WriteAsync("a", "", null)));
        Assert.Equal(("", 2, 1_767_225_600_005), (_store.Scratch("a").Content, _store.Scratch("a").Revision, _store.Scratch("a").UpdatedAtMs));
        Assert.Equal((3, true), Result(await WriteAsync("a", null, 2)));
        Assert.Equal((null, 3), (_store.Scratch("a").Content, _store.Scratch("a").Revision));
    }

    [Fact]
    public async Task Notes_need_a_job_and_go_with_it()
    {
        Assert.Equal((0, false), Result(await WriteAsync("nobody", "x", null)));
        CronJob once = await JobAsync("a");
        await JobAsync("b");
        await WriteAsync("a", "x", null);
        await WriteAsync("b", "y", null);

        await _store.FinishAsync(Entry(once, 1, "ok"), null, CancellationToken.None); // it has run, and is gone
        await _store.DeleteAsync("b", CancellationToken.None);

        Assert.All(["a", "b"], id => Assert.Equal((null, 0, false), (_store.Scratch(id).Content, _store.Scratch(id).Revision, _store.Scratch(id).HasJob)));
    }

    private static string Page((IReadOnlyList<CronRunEntry> Entries, long Total) page) => $"{string.Join(' ', page.Entries.Select(entry => entry.RunId))} of {page.Total}";

    private static (long Revision, bool IsWritten) Result((CronScratch Now, bool IsWritten) answer) => (answer.Now.Revision, answer.IsWritten);

    private Task<(CronScratch Now, bool IsWritten)> WriteAsync(string id, string? text, long? expected) => _store.WriteScratchAsync(id, text, expected, CancellationToken.None);

    private async Task<CronJob> JobAsync(string id)
    {
        using JsonDocument members = JsonDocument.Parse("""{"name":"j","schedule":{"kind":"every","everyMs":60000},"payload":{"kind":"agentTurn","message":"go"}}""");
        CronJob job = CronJobReader.Add(members.RootElement, NowMs) with { Id = id };
        await _store.SaveAsync(job, CancellationToken.None);
        return job;
    }

    private CronRunEntry Entry(CronJob job, int at, string status) => new()
    {
        Ts = NowMs + at,
        JobId = job.Id,
        Status = status,
        CompletionStatus = "succeeded",
        RunId = $"r{at}",
        RunAtMs = at,
        DurationMs = 1,
        DeliveryStatus = "not-requested",
    };
}

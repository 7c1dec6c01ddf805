using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Core.Tests.Storage;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>How long tasks are kept, and what becomes of those that a process left open.</summary>
public sealed class TaskStoreTests : WithDatabase
{
    private const long DayMs = 86_400_000;

    private readonly TaskStore _store;

    public TaskStoreTests() => _store = new TaskStore(Database, Time);

    [Fact]
    public async Task What_a_process_left_open_is_lost()
    {
        await SaveAsync("waits", "queued", null);
        await SaveAsync("runs", "running", null);
        await SaveAsync("ended", "completed", NowMs);
        Time.Advance(TimeSpan.FromMinutes(1));
        await _store.RecoverAsync(CancellationToken.None);

        Assert.Equal(["runs:lost", "waits:lost", "ended:completed"], Page().Select(task => $"{task.Id}:{task.Status}"));
        TaskEntry lost = _store.Find("runs")!;
        Assert.Equal((NowMs, "the gateway ended while it ran", false), (lost.EndedAtMs, lost.Error, lost.IsActive));
        Assert.Null(_store.Find("ended")!.Error);
    }

    [Fact]
    public async Task A_week_of_what_ended_is_kept_and_a_day_of_what_was_lost()
    {
        long now = NowMs;
        await SaveAsync("old", "failed", now - (7 * DayMs));
        await SaveAsync("recent", "failed", now - (7 * DayMs) + 1);
        await SaveAsync("old-lost", "lost", now - DayMs);
        await SaveAsync("lost", "lost", now - DayMs + 1);
        await SaveAsync("open", "running", null, now - (30 * DayMs));

        Assert.Equal(["old", "old-lost"], (await _store.TrimAsync(CancellationToken.None)).Order());
        Assert.Equal(["lost", "recent", "open"], Page().Select(task => task.Id));
    }

    [Fact]
    public async Task A_job_keeps_its_last_two_thousand_and_does_not_push_out_others()
    {
        await SaveAsync("mine", "completed", NowMs - 9_000);
        List<Task> saved = [];
        for (int i = 0; i < 2_003; i++)
        {
            saved.Add(SaveAsync($"job-{i}", "completed", NowMs - 5_000 + i, runtime: "cron", session: "cron:daily"));
        }

        await Task.WhenAll(saved);

        Assert.Equal(["job-0", "job-1", "job-2"], (await _store.TrimAsync(CancellationToken.None)).Order());
        int total = 0;
        _store.Count("mine", (status, runtime, number) => total += status == "completed" && runtime == "cron" ? number : 10_000);
        Assert.Equal(2_000, total);
    }

    [Fact]
    public async Task A_page_is_of_what_was_asked_for()
    {
        await SaveAsync("a", "completed", NowMs, session: "one");
        await SaveAsync("b", "lost", NowMs - 1, session: "one", child: "subagent:x");
        await SaveAsync("c", "running", null, session: "two");

        Assert.Equal(["a", "c", "b"], Page().Select(task => task.Id));
        Assert.Equal(["a", "b", "c"], _store.Page("", null, "main", null, byEnd: true, 9).Select(task => task.Id));
        Assert.Equal(["b"], _store.Page("", "failed lost", null, Key("one"), byEnd: false, 9).Select(task => task.Id));
        Assert.Equal(["b"], _store.Page("", null, null, Key("subagent:x"), byEnd: false, 9).Select(task => task.Id));
        Assert.Equal(["c"], _store.Page("a b", null, null, null, byEnd: false, 9).Select(task => task.Id));
        Assert.Empty(_store.Page("", null, "other", null, byEnd: false, 9));
        Assert.Single(_store.Page("", null, null, null, byEnd: false, 1));
        Assert.Null(_store.Find("d"));
    }

    private static SessionKey Key(string rest) => SessionKey.TryParse(rest, "main", out SessionKey key) ? key : throw new ArgumentException(rest);

    private IReadOnlyList<TaskEntry> Page() => _store.Page("", null, null, null, byEnd: false, 100);

    private Task SaveAsync(
        string id, string status, long? endedAtMs, long? updatedAtMs = null, string runtime = "cli", string session = "house", string? child = null) =>
        _store.SaveAsync(
            new TaskEntry
            {
                Id = id,
                Runtime = runtime,
                Status = status,
                Title = "t",
                Prompt = "p",
                Session = Key(session),
                Child = child is null ? null : Key(child),
                RunId = $"run-{id}",
                CreatedAtMs = 1,
                UpdatedAtMs = updatedAtMs ?? endedAtMs ?? NowMs,
                EndedAtMs = endedAtMs,
            },
            CancellationToken.None);
}

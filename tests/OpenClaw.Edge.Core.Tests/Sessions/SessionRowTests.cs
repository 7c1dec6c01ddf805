using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Sessions.Entries;

namespace OpenClaw.Edge.Core.Tests.Sessions;

public sealed class SessionRowTests : IAsyncDisposable
{
    private static readonly SessionKey Main = SessionKey.Main("main");

    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new();
    private EdgeDatabase _database;
    private SessionStore _store;

    public SessionRowTests()
    {
        _database = EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), _time, NullLogger.Instance);
        _store = new SessionStore(_database, _time);
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _dir.Dispose();
    }

    [Fact]
    public async Task A_turn_leaves_its_facts_in_the_row()
    {
        await _store.AppendAsync(Main, [User("hello")], new SessionUpdate
        {
            RunId = "run-1",
            Status = SessionStatus.Running,
            StartedAtMs = NowMs,
            Interaction = true,
        }, default);
        _time.Advance(TimeSpan.FromSeconds(2));
        await _store.AppendAsync(Main, [Assistant("hi")], new SessionUpdate
        {
            RunId = "run-1",
            Status = SessionStatus.Done,
            EndedAtMs = NowMs,
            AbortedLastRun = false,
            ModelProvider = "ollama",
            Model = "qwen3:8b",
            TotalTokens = 120,
            ContextTokens = 8192,
            Unread = true,
            Usage = new RunUsage("run-1", "ollama", "qwen3:8b", new MessageUsage
            {
                Input = 100,
                CacheRead = 5,
                Output = 15,
                TotalTokens = 120,
                Cost = new MessageCost { Total = 0.25 },
            }),
        }, default);

        await Reopen();
        SessionRow row = _store.Find(Main)!;
        Assert.Equal(SessionStatus.Done, row.Status);
        Assert.Equal("run-1", row.LastRunId);
        Assert.Equal(NowMs - 2000, row.StartedAtMs);
        Assert.Equal(NowMs, row.EndedAtMs);
        Assert.Equal(NowMs - 2000, row.LastInteractionAtMs);
        Assert.Equal(NowMs, row.UpdatedAtMs);
        Assert.Equal(("ollama", "qwen3:8b"), (row.ModelProvider, row.Model));
        Assert.Equal((105, 15, 120, 8192), (row.InputTokens, row.OutputTokens, row.TotalTokens, row.ContextTokens));
        Assert.Equal(0.25, row.CostUsd);
        Assert.True(row.Unread);
        Assert.Equal(("hello", "hi"), (row.DerivedTitle, row.LastMessagePreview));
    }

    [Fact]
    public async Task A_new_run_clears_the_end_of_the_one_before()
    {
        await _store.AppendAsync(Main, [], new SessionUpdate { Status = SessionStatus.Done, EndedAtMs = 5 }, default);
        await _store.AppendAsync(Main, [], new SessionUpdate { Status = SessionStatus.Running, StartedAtMs = 6 }, default);
        SessionRow row = _store.Find(Main)!;
        Assert.Equal(6, row.StartedAtMs);
        Assert.Null(row.EndedAtMs);
        Assert.Equal(0, row.MessageCount);
    }

    [Fact]
    public async Task A_patch_makes_the_row_changes_what_it_names_and_can_clear()
    {
        SessionRow made = await _store.PatchAsync(Main, new SessionPatch
        {
            Label = Optional.Of<string?>("garden"),
            ModelOverride = Optional.Of<string?>("ollama/qwen3:8b"),
            Pinned = Optional.Of(true),
            Extra = new Dictionary<string, JsonElement?> { ["icon"] = Json("\"🌱\""), ["color"] = Json("\"green\"") },
        }, default);
        Assert.Equal(("garden", "ollama/qwen3:8b", true), (made.Label, made.ModelOverride, made.Pinned));

        _time.Advance(1000);
        SessionRow changed = await _store.PatchAsync(Main, new SessionPatch
        {
            Label = Optional.Of<string?>(null),
            ThinkLevel = Optional.Of<string?>("low"),
            Extra = new Dictionary<string, JsonElement?> { ["icon"] = null },
        }, default);
        Assert.Null(changed.Label);
        Assert.Equal(("ollama/qwen3:8b", "low"), (changed.ModelOverride, changed.ThinkLevel));
        Assert.Equal("""{"color":"green"}""", changed.Extra!.Value.GetRawText());
        Assert.Equal(NowMs, changed.UpdatedAtMs);
        Assert.Equal(changed.UpdatedAtMs, _store.Find(Main)!.UpdatedAtMs);
    }

    [Fact]
    public async Task Seeing_or_filing_a_session_does_not_make_it_newer()
    {
        long before = (await _store.GetOrCreateAsync(Main, default)).UpdatedAtMs;
        _time.Advance(1000);
        SessionRow row = await _store.PatchAsync(Main, new SessionPatch { Unread = Optional.Of(false), Archived = Optional.Of(true) }, default);
        Assert.Equal(before, row.UpdatedAtMs);
        Assert.True(row.Archived);
    }

    [Fact]
    public async Task A_list_filters_sorts_and_pages()
    {
        foreach (string name in new[] { "one", "two", "three", "agent:other:four" })
        {
            await _store.AppendAsync(Key(name), [User($"about {name}")], null, default);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        await _store.PatchAsync(Key("one"), new SessionPatch { Archived = Optional.Of(true) }, default);
        await _store.PatchAsync(Key("two"), new SessionPatch { Label = Optional.Of<string?>("50% off_now") }, default);

        Assert.Equal(["two", "four", "three"], Rests(new SessionQuery()));
        Assert.Equal(["one"], Rests(new SessionQuery { Archived = true }));
        Assert.Equal(4, _store.List(new SessionQuery { Archived = null }).TotalCount);
        Assert.Equal(["four"], Rests(new SessionQuery { AgentId = "other" }));
        Assert.Equal(["three"], Rests(new SessionQuery { Search = "ABOUT THR" }));
        Assert.Equal(["two"], Rests(new SessionQuery { Search = "50%" }));
        Assert.Equal([], Rests(new SessionQuery { Search = "offxnow" }));
        Assert.Equal(["two"], Rests(new SessionQuery { Label = "50% off_now" }));
        Assert.Equal(["two", "four"], Rests(new SessionQuery { ActiveMinutes = 15 }));
        Assert.Equal(["three"], Rests(new SessionQuery { SessionId = _store.Find(Key("three"))!.SessionId }));

        SessionPage page = _store.List(new SessionQuery { Limit = 2 });
        Assert.Equal((3, 2, 2, true), (page.TotalCount, page.LimitApplied, page.NextOffset, page.HasMore));
        SessionPage rest = _store.List(new SessionQuery { Limit = 2, Offset = 2 });
        Assert.Equal("three", Assert.Single(rest.Rows).Key.Rest);
        Assert.Null(rest.NextOffset);
    }

    [Fact]
    public async Task A_list_sorts_by_interaction_and_by_activity()
    {
        await _store.AppendAsync(Key("a"), [], new SessionUpdate { Interaction = true }, default);
        _time.Advance(1000);
        await _store.AppendAsync(Key("b"), [], null, default);
        _time.Advance(1000);
        await _store.AppendAsync(Key("c"), [], new SessionUpdate { Status = SessionStatus.Running, StartedAtMs = NowMs + 5000 }, default);

        Assert.Equal(["a", "c", "b"], Rests(new SessionQuery { SortBy = SessionSort.LastInteractionAt }));
        Assert.Equal(["c", "b", "a"], Rests(new SessionQuery { SortBy = SessionSort.Activity }));
        Assert.Equal(["c"], Rests(new SessionQuery { ActiveOnly = true }));
    }

    [Theory]
    [InlineData("\n  \n  First line \nsecond", "First line")]
    [InlineData("", null)]
    [InlineData("123456789 123456789 123456789 123456789 123456789 123456789 ", "123456789 123456789 123456789 123456789 123456789 123456789")]
    [InlineData("123456789 123456789 123456789 123456789 123456789 123456789 1", "123456789 123456789 123456789 123456789 123456789 123456789…")]
    [InlineData("123456789 123456789 123456789 123456789 123456789 12345678👋 and more", "123456789 123456789 123456789 123456789 123456789 12345678…")]
    public void A_title_is_the_first_line_cut_between_characters(string text, string? expected) => Assert.Equal(expected, SessionText.Title(text));

    [Fact]
    public async Task A_preview_is_on_one_line_and_cut()
    {
        await _store.AppendAsync(Main, [User("one\n\n two\tthree"), Assistant(""), Assistant(new string('y', 500))], null, default);
        IReadOnlyList<PreviewItem> items = _store.Preview(Main, 10, 20);
        Assert.Equal([new PreviewItem("user", "one two three"), new PreviewItem("assistant", new string('y', 19) + "…")], items);
        Assert.Equal(160, _store.Find(Main)!.LastMessagePreview!.Length);
    }

    [Fact]
    public async Task Usage_is_summed_by_what_is_asked()
    {
        await Use("one", "run-1", "ollama", "a", 10, 0);
        await Use("one", "run-1", "ollama", "b", 5, 0);
        _time.Advance(TimeSpan.FromDays(1));
        await Use("agent:other:two", "run-2", "openai", "c", 100, 0.5);

        UsageRow all = Assert.Single(_store.Usage(new UsageQuery()));
        Assert.Equal((2, 115, 0.5), (all.Runs, all.Tokens.TotalTokens, all.Tokens.Cost.Total));
        Assert.Null(all.Day);
        Assert.Equal(
            [(new DateOnly(2026, 1, 2), 100), (new DateOnly(2026, 1, 1), 15L)],
            _store.Usage(new UsageQuery { By = UsageGrouping.Day }).Select(row => (row.Day!.Value, row.Tokens.TotalTokens)));
        Assert.Equal(
            [("openai", "c"), ("ollama", "a"), ("ollama", "b")],
            _store.Usage(new UsageQuery { By = UsageGrouping.Provider | UsageGrouping.Model }).Select(row => (row.Provider!, row.Model!)));
        Assert.Equal(15, Assert.Single(_store.Usage(new UsageQuery { Key = Key("one") })).Tokens.TotalTokens);
        Assert.Equal("agent:other:two", Assert.Single(_store.Usage(new UsageQuery { By = UsageGrouping.Session, AgentId = "other" })).SessionKey);
        Assert.Equal(15, Assert.Single(_store.Usage(new UsageQuery { To = new DateOnly(2026, 1, 1) })).Tokens.TotalTokens);
        Assert.Empty(_store.Usage(new UsageQuery { From = new DateOnly(2026, 1, 3) }));
    }

    [Fact]
    public async Task A_waiting_message_without_a_place_outlives_the_end_of_its_turn()
    {
        TranscriptEntry waiting = User("later") with { RunId = "run-1" };
        await _store.AppendAsync(
            Key("one"), [], new SessionUpdate { AcceptedInput = new PendingInput(Key("one"), "run-1", "chat", 77, waiting) }, default);
        await _store.AppendAsync(Key("one"), [], new SessionUpdate { EndedRunIds = ["run-1"] }, default);
        Assert.Equal("later", Assert.Single(_store.PendingInputs()).Waiting?.Message.Content.PlainText);

        await _store.AppendAsync(Key("one"), [waiting], new SessionUpdate { PlacedRunId = "run-1" }, default);
        await _store.AppendAsync(Key("one"), [], new SessionUpdate { EndedRunIds = ["run-1"] }, default);

        Assert.Empty(_store.PendingInputs());
        Assert.Equal("later", Assert.Single(_store.ReadPage(Key("one"), 10).Entries).Message.Content.PlainText);
    }

    [Fact]
    public async Task After_a_crash_open_turns_are_marked_interrupted_once()
    {
        await Accept("one", "run-1");
        await Accept("two", "run-2");
        await _store.AppendAsync(Key("two"), [Assistant("ok")], new SessionUpdate { Status = SessionStatus.Done, EndedRunIds = ["run-2"] }, default);
        await Reopen();

        Assert.Equal("run-1", Assert.Single(_store.PendingInputs()).RunId);
        IReadOnlyList<PendingInput> open = await _store.RecoverInterruptedAsync(default);

        Assert.Equal(new PendingInput(Key("one"), "run-1", "chat", 77), Assert.Single(open));
        SessionRow row = _store.Find(Key("one"))!;
        Assert.Equal((SessionStatus.Killed, true), (row.Status, row.AbortedLastRun));
        TranscriptPage page = _store.ReadPage(Key("one"), 10);
        Assert.Equal("hello", page.Entries[0].Message.Content.PlainText);
        ChatMessage marker = page.Entries[1].Message;
        Assert.Equal(("assistant", "aborted", "run-1:assistant"), (marker.Role, marker.StopReason, marker.IdempotencyKey));
        Assert.Equal(new AbortMark(true, "restart", "run-1"), marker.Abort);
        Assert.Equal(SessionStatus.Done, _store.Find(Key("two"))!.Status);
        Assert.Empty(await _store.RecoverInterruptedAsync(default));
        Assert.Equal(2, _store.ReadPage(Key("one"), 10).Total);
    }

    [Fact]
    public async Task A_running_session_without_a_pending_input_is_killed_too()
    {
        await _store.AppendAsync(Main, [], new SessionUpdate { Status = SessionStatus.Running, StartedAtMs = 1 }, default);
        await _store.RecoverInterruptedAsync(default);
        Assert.Equal(SessionStatus.Killed, _store.Find(Main)!.Status);
    }

    [Fact]
    public async Task The_cache_holds_few_rows_and_never_an_old_one()
    {
        for (int i = 0; i < 300; i++)
        {
            await _store.AppendAsync(Key($"s{i}"), [User("a")], null, default);
        }

        await Parallel.ForAsync(0, 300, async (i, stop) =>
        {
            _ = _store.Find(Key($"s{i}"));
            await _store.AppendAsync(Key($"s{i}"), [User("b")], null, stop);
            Assert.Equal(2, _store.Find(Key($"s{i}"))!.MessageCount);
        });
    }

    [Fact]
    public async Task An_answer_is_kept_once_and_for_a_day()
    {
        IdempotencyStore answers = new(_database, _time);
        await answers.SaveAsync("agent", "k", "first", default);
        await answers.SaveAsync("agent", "k", "second", default);
        Assert.Equal("first", answers.Find("agent", "k"));
        Assert.Null(answers.Find("send", "k"));

        _time.Advance(TimeSpan.FromHours(25));
        Assert.Null(answers.Find("agent", "k"));
        await answers.SaveAsync("agent", "other", "x", default);
        Assert.Equal(1, _database.Read(connection => connection.Number("SELECT COUNT(*) FROM idempotency")));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private string[] Rests(SessionQuery query) => [.. _store.List(query).Rows.Select(row => row.Key.Rest)];

    private async Task Accept(string name, string runId) => await _store.AppendAsync(
        Key(name),
        [User("hello", $"{runId}:user")],
        new SessionUpdate { RunId = runId, Status = SessionStatus.Queued, AcceptedInput = new PendingInput(Key(name), runId, "chat", 77) },
        default);

    private async Task Use(string name, string runId, string provider, string model, long tokens, double cost) => await _store.AppendAsync(
        Key(name), [], new SessionUpdate
        {
            Usage = new RunUsage(runId, provider, model, new MessageUsage { TotalTokens = tokens, Cost = new MessageCost { Total = cost } }),
        }, default);

    private async Task Reopen()
    {
        await _database.DisposeAsync();
        _database = EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), _time, NullLogger.Instance);
        _store = new SessionStore(_database, _time);
    }
}

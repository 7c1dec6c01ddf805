using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Sessions.Entries;

namespace OpenClaw.Edge.Core.Tests.Sessions;

public sealed class SessionStoreTests : WithSessions
{
    [Fact]
    public void An_unknown_session_is_null_and_its_history_is_empty()
    {
        Assert.Null(Store.Find(Main));
        Assert.Equal(TranscriptPage.Empty, Store.ReadPage(Main, 10));
        Assert.Empty(Store.ReadContext(Main, 1000));
        Assert.Empty(Store.Preview(Main, 3, 40));
        Assert.Empty(Store.ReadAll(Main));
    }

    [Fact]
    public async Task GetOrCreate_makes_a_session_once()
    {
        SessionRow first = await Store.GetOrCreateAsync(Main, default);
        SessionRow second = await Store.GetOrCreateAsync(Main, default);

        Assert.Equal(first.SessionId, second.SessionId);
        Assert.Equal("main", first.AgentId);
        Assert.Equal(Time.GetUtcNow().ToUnixTimeMilliseconds(), first.CreatedAtMs);
        Assert.Equal(0, first.MessageCount);
        Assert.Null(first.Status);
    }

    [Fact]
    public async Task Appending_makes_the_session_and_numbers_the_rows()
    {
        IReadOnlyList<TranscriptEntry> one = await Store.AppendAsync(Main, [User("hello")], null, default);
        IReadOnlyList<TranscriptEntry> two = await Store.AppendAsync(Main, [Assistant("hi"), User("and?")], null, default);

        Assert.Equal([1], one.Select(entry => entry.Seq));
        Assert.Equal([2, 3], two.Select(entry => entry.Seq));
        SessionRow row = Store.Find(Main)!;
        Assert.Equal(3, row.MessageCount);
        Assert.Equal("hello", row.DerivedTitle);
        Assert.Equal("and?", row.LastMessagePreview);
    }

    [Theory]
    [InlineData("agent:main:main")]
    [InlineData("agent:main:dashboard:incognito-1")]
    public async Task Calls_are_handed_over_newest_first_and_nothing_else_is_read(string session)
    {
        SessionKey key = Key(session);
        await Store.AppendAsync(key, [User("one"), Call("a"), Call("b"), ToolResult("toolCall"), Assistant("done"), Call("c"), User("\"toolCall\"")], null, default);

        Assert.Equal(["c", "b", "a"], Calls(key, 100, "none"));
        Assert.Equal(["c", "b"], Calls(key, 100, "b"));
        Assert.Equal(["c", "b"], Calls(key, 5, "none")); // of seven rows the newest five
        Assert.Empty(Calls(Key("agent:main:unknown"), 100, "none"));
    }

    [Fact]
    public async Task What_was_appended_is_read_back_to_the_letter()
    {
        ChatMessage message = new()
        {
            Role = "assistant",
            Content = MessageContent.Of(
            [
                ContentPart.OfThinking("hm …"),
                ContentPart.OfText("Größe: 10 µm — 你好 👋 \"quoted\" </script>"),
                ContentPart.OfToolCall("call_1", "read", JsonDocument.Parse("""{"path":"a b"}""").RootElement),
            ]),
            Provider = "ollama",
            Model = "qwen3:8b",
            StopReason = "toolUse",
            Usage = new MessageUsage { Input = 5, Output = 7, TotalTokens = 12 },
            Timestamp = 1_763_000_000_123,
            IdempotencyKey = "run-1:assistant",
        };
        await Store.AppendAsync(Main, [Of(message) with { RunId = "run-1" }], null, default);

        TranscriptEntry read = Assert.Single(Store.ReadPage(Main, 10).Entries);
        Assert.Equal("run-1", read.RunId);
        Assert.Equal(JsonSerializer.Serialize(message, TranscriptJson.Default.ChatMessage), JsonSerializer.Serialize(read.Message, TranscriptJson.Default.ChatMessage));
    }

    [Fact]
    public async Task Text_is_stored_as_utf8_and_not_as_escapes()
    {
        await Store.AppendAsync(Main, [User("你好 👋")], null, default);

        string stored = Database.Read(connection => connection.First("SELECT message FROM transcript_entries", row => row.GetString(0)))!;
        Assert.Contains("你好", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_the_newest_rows_and_says_that_there_are_more()
    {
        await AppendMany(10);

        TranscriptPage page = Store.ReadPage(Main, 3);
        Assert.Equal(["m8", "m9", "m10"], Texts(page.Entries));
        Assert.Equal(10, page.Total);
        Assert.True(page.HasMore);

        TranscriptPage older = Store.ReadPage(Main, 100, beforeSeq: 8);
        Assert.Equal(7, older.Entries.Count);
        Assert.Equal("m1", Texts(older.Entries)[0]);
        Assert.Equal(10, older.Total);
        Assert.False(older.HasMore);
    }

    [Fact]
    public async Task A_page_keeps_to_its_bytes_but_always_has_one_row()
    {
        await AppendMany(4);
        long bytes = MessageJson.Write(User("m1").Message).Length;

        Assert.Equal(["m3", "m4"], Texts(Store.ReadPage(Main, 10, maxBytes: (2 * bytes) + 5).Entries));
        Assert.Equal(["m4"], Texts(Store.ReadPage(Main, 10, maxBytes: 1).Entries));
        Assert.True(Store.ReadPage(Main, 10, maxBytes: 1).HasMore);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_stored_once_and_its_update_applied_once()
    {
        TranscriptEntry entry = User("hello", "run-1:user");
        SessionUpdate update = new() { Usage = new RunUsage("run-1", "ollama", "m", new MessageUsage { Output = 5, TotalTokens = 5 }) };
        await Store.AppendAsync(Main, [entry], update, default);
        IReadOnlyList<TranscriptEntry> again = await Store.AppendAsync(Main, [User("hello", "run-1:user")], update, default);

        Assert.Equal(entry.Id, Assert.Single(again).Id);
        Assert.Equal(1, again[0].Seq);
        Assert.Equal(1, Store.Find(Main)!.MessageCount);
        Assert.Equal(5, Store.Find(Main)!.OutputTokens);
        Assert.Equal(entry.Id, Store.FindByIdempotencyKey(Main, "run-1:user")!.Id);
        Assert.Null(Store.FindByIdempotencyKey(Main, "run-2:user"));
    }

    [Fact]
    public async Task Only_the_new_entries_of_an_append_are_stored()
    {
        await Store.AppendAsync(Main, [User("a", "k1")], null, default);
        IReadOnlyList<TranscriptEntry> appended = await Store.AppendAsync(Main, [User("a", "k1"), User("b", "k2")], null, default);

        Assert.Equal([1, 2], appended.Select(entry => entry.Seq));
        Assert.Equal(["a", "b"], Texts(Store.ReadPage(Main, 10).Entries));
        Assert.Equal(2, Store.Find(Main)!.MessageCount);
    }

    [Fact]
    public async Task The_same_key_in_two_sessions_is_two_entries()
    {
        await Store.AppendAsync(Main, [User("a", "k1")], null, default);
        await Store.AppendAsync(Key("other"), [User("b", "k1")], null, default);

        Assert.Equal(["b"], Texts(Store.ReadPage(Key("other"), 10).Entries));
    }

    [Fact]
    public async Task A_second_append_in_the_same_batch_sees_the_first()
    {
        Task<IReadOnlyList<TranscriptEntry>>[] appends =
            [.. Enumerable.Range(0, 200).Select(i => Store.AppendAsync(Main, [User($"m{i}")], null, default))];
        IReadOnlyList<TranscriptEntry>[] results = await Task.WhenAll(appends);

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), results.Select(result => result[0].Seq).Order());
        Assert.Equal(200, Store.Find(Main)!.MessageCount);
        Assert.Equal(200, Store.ReadPage(Main, 500).Total);
    }

    [Fact]
    public async Task An_entry_is_found_by_its_id()
    {
        TranscriptEntry entry = User("a");
        await Store.AppendAsync(Main, [entry], null, default);

        Assert.Equal("a", Store.FindEntry(Main, entry.Id)!.Message.Content.PlainText);
        Assert.Null(Store.FindEntry(Main, "nope"));
        Assert.Null(Store.FindEntry(Key("other"), entry.Id));
    }

    [Fact]
    public async Task A_reset_keeps_the_id_changes_the_revision_and_leaves_one_marker()
    {
        await AppendMany(5);
        SessionRow before = Store.Find(Main)!;
        SessionRow after = await Store.ResetAsync(Main, "new", default);

        Assert.Equal(before.SessionId, after.SessionId);
        Assert.NotEqual(before.LifecycleRevision, after.LifecycleRevision);
        Assert.Equal(after, Store.Find(Main));
        TranscriptPage page = Store.ReadPage(Main, 10);
        TranscriptEntry marker = Assert.Single(page.Entries);
        Assert.Equal(1, page.Total);
        Assert.False(page.HasMore);
        Assert.Equal(TranscriptEntryKind.Reset, marker.Kind);
        Assert.Equal(1, marker.Seq);
        Assert.Equal("new", marker.Reason);
        Assert.Equal(
            $$"""{"role":"system","content":[{"type":"text","text":"Reset"}],"timestamp":{{Time.GetUtcNow().ToUnixTimeMilliseconds()}}}""",
            JsonSerializer.Serialize(marker.Message, TranscriptJson.Default.ChatMessage));
        Assert.Empty(Store.ReadContext(Main, 1000));
    }

    [Fact]
    public async Task After_a_reset_rows_count_on_from_the_marker_and_the_old_ones_stay_on_disk()
    {
        await AppendMany(2);
        await Store.ResetAsync(Main, "reset", default);
        IReadOnlyList<TranscriptEntry> appended = await Store.AppendAsync(Main, [User("fresh")], null, default);

        Assert.Equal(2, Assert.Single(appended).Seq);
        Assert.Equal(["Reset", "fresh"], Texts(Store.ReadPage(Main, 10).Entries));
        Assert.Equal(["fresh"], Texts(Store.ReadContext(Main, 1000)));
        Assert.Equal(["m1", "m2", "Reset", "fresh"], Texts([.. Store.ReadAll(Main)]));
        Assert.Equal("fresh", Store.Find(Main)!.DerivedTitle);
    }

    [Fact]
    public async Task A_deleted_session_is_gone_and_its_usage_stays()
    {
        SessionUpdate update = new() { Usage = new RunUsage("run-1", "ollama", "m", new MessageUsage { TotalTokens = 5 }) };
        await Store.AppendAsync(Main, [User("a", "k1")], update, default);

        Assert.True(await Store.DeleteAsync(Main, default));
        Assert.False(await Store.DeleteAsync(Main, default));
        Assert.Null(Store.Find(Main));
        Assert.Null(Store.FindByIdempotencyKey(Main, "k1"));
        Assert.Equal(0, Database.Read(connection => connection.Number("SELECT COUNT(*) FROM transcript_entries")));
        Assert.Equal(5, Assert.Single(Store.Usage(new UsageQuery())).Tokens.TotalTokens);

        await Store.AppendAsync(Main, [User("again")], null, default);
        Assert.Equal(["again"], Texts(Store.ReadPage(Main, 10).Entries));
    }

    [Fact]
    public async Task The_file_shrinks_after_a_deletion()
    {
        await Store.AppendAsync(Main, [User(new string('x', 1 << 20))], null, default);
        long before = Pages();
        await Store.DeleteAsync(Main, default);
        Assert.InRange(Pages(), 1, before - 200);

        long Pages() => Database.Read(connection => connection.Number("PRAGMA page_count"));
    }

    private async Task AppendMany(int count)
    {
        for (int i = 1; i <= count; i++)
        {
            await Store.AppendAsync(Main, [User($"m{i}")], null, default);
        }
    }

    private static TranscriptEntry Call(string id) => Of(new ChatMessage
    {
        Role = "assistant",
        Content = MessageContent.Of([ContentPart.OfToolCall(id, "read", JsonDocument.Parse("{}").RootElement)]),
        Timestamp = 1_763_000_000_000,
    });

    private string[] Calls(SessionKey key, int rows, string last)
    {
        List<string> seen = [];
        Store.EachCall(key, rows, message =>
        {
            seen.Add(message.Content.Parts![0].Id!);
            return seen[^1] != last;
        });
        return [.. seen];
    }
}

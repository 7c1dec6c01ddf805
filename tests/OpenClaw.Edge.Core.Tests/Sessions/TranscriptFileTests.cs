using System.Buffers;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Sessions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Sessions.Entries;

namespace OpenClaw.Edge.Core.Tests.Sessions;

public sealed class TranscriptFileTests : WithSessions
{
    [Fact]
    public async Task An_export_is_the_originals_records()
    {
        await Store.AppendAsync(Main, [User("größer 你", "r:user") with { Id = "u1" }, Compaction("short") with { Id = "c1" }], null, default);
        await Store.ResetAsync(Main, "new", default);
        string[] lines = await Export(Main);

        string sessionId = Store.Find(Main)!.SessionId;
        string resetId = Store.ReadPage(Main, 1).Entries[0].Id;
        Assert.Equal(
        [
            $$"""{"type":"session","version":4,"id":"{{sessionId}}","timestamp":"2026-01-01T00:00:00.000Z","cwd":"/home/w"}""",
            """{"type":"message","id":"u1","parentId":null,"timestamp":"2025-11-13T02:13:20.000Z","message":{"role":"user","content":"größer 你","timestamp":1763000000000,"idempotencyKey":"r:user"}}""",
            """{"type":"compaction","id":"c1","parentId":"u1","timestamp":"2025-11-13T02:13:20.000Z","summary":"short","tokensBefore":0}""",
            $$"""{"type":"reset","id":"{{resetId}}","parentId":"c1","timestamp":"2026-01-01T00:00:00.000Z","reason":"new"}""",
        ], lines);
    }

    [Fact]
    public void An_unknown_session_exports_nothing()
    {
        ArrayBufferWriter<byte> lines = new();
        string? cursor = null;
        Assert.Null(new TranscriptExport(Store).Write(Main, lines, null, ref cursor, 1));
        Assert.Equal(0, lines.WrittenCount);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("a.b.c")]
    [InlineData("99999999999999999999.1.x")]
    public async Task What_is_no_cursor_is_named(string? cursor)
    {
        await Store.AppendAsync(Main, [User("x")], null, default);

        FormatException wrong = Assert.Throws<FormatException>(() => new TranscriptExport(Store).Write(Main, new ArrayBufferWriter<byte>(), null, ref cursor, 1));

        Assert.Contains("is no cursor of an export", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_that_is_none_becomes_that_of_its_record_and_the_session_can_be_exported()
    {
        TranscriptImportResult result = await Import("main",
        [
            """{"type":"session","version":4,"id":"s-1","timestamp":"2026-11-21T07:52:26Z"}""",
            """{"type":"message","id":"a","parentId":null,"timestamp":"2026-11-21T07:52:27Z","message":{"role":"user","content":"one","timestamp":1763711549000000}}""",
        ]);

        Assert.Equal((1, 0), (result.Imported, result.Damaged));
        Assert.Contains("2026-11-21T07:52:27.000Z", (await Export(Main))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_comes_back_whole()
    {
        await Store.AppendAsync(Main, [.. Enumerable.Range(0, 150).Select(i => User($"m{i}"))], null, default);
        await Store.ResetAsync(Main, "new", default);
        await Store.AppendAsync(Main, [User("x"), Compaction("sum"), ToolResult("t"), Assistant("y")], null, default);
        string[] lines = await Export(Main);

        TranscriptImportResult result = await Import("copy", lines);
        Assert.Equal(new TranscriptImportResult(155, 0, 0, []) with { Problems = result.Problems }, result);
        Assert.Empty(result.Problems);
        Assert.Equal(Texts(Store.ReadAll(Main)), Texts(Store.ReadAll(Key("copy"))));
        Assert.Equal(["Reset", "x", "sum", "t", "y"], Texts(Store.ReadPage(Key("copy"), 10).Entries));
        Assert.Equal(Store.Find(Main)!.SessionId, Store.Find(Key("copy"))!.SessionId);
    }

    [Fact]
    public async Task All_branches_of_the_originals_tree_are_taken()
    {
        TranscriptImportResult result = await Import("main",
        [
            """{"type":"session","version":4,"id":"s-1","timestamp":"2026-11-21T07:52:26.055Z","cwd":"/w"}""",
            """{"type":"message","id":"a","parentId":null,"timestamp":"2026-11-21T07:52:27Z","message":{"role":"user","content":"one","__openclaw":{"x":1}}}""",
            """{"type":"thinking_level_change","thinkingLevel":"off","id":"b","parentId":"a","timestamp":"2026-11-21T07:52:27Z"}""",
            """{"type":"message","id":"dead","parentId":"b","timestamp":"2026-11-21T07:52:28Z","message":{"role":"assistant","content":[{"type":"text","text":"rewound"}]}}""",
            """{"type":"message","id":"c","parentId":"b","timestamp":"2026-11-21T07:52:29Z","message":{"role":"assistant","content":[{"type":"text","text":"two","textSignature":"{}"}],"timestamp":1763711549000}}""",
        ]);

        Assert.Equal((3, 1, 0), (result.Imported, result.Skipped, result.Damaged));
        IReadOnlyList<TranscriptEntry> entries = Store.ReadPage(Main, 10).Entries;
        Assert.Equal(["one", "two"], Texts(entries));
        Assert.Equal(["a", "c"], entries.Select(entry => entry.Id));
        Assert.Equal([1795247547000, 1763711549000], entries.Select(entry => entry.Message.Timestamp));
        Assert.Equal("s-1", Store.Find(Main)!.SessionId);
        Assert.Equal(["two", "rewound"], Store.Branches(Main).Select(branch => branch.Headline));
    }

    [Fact]
    public async Task A_leaf_record_says_where_it_goes_on()
    {
        string[] tree =
        [
            """{"type":"session","version":4,"id":"s-1"}""",
            """{"type":"message","id":"a","parentId":null,"message":{"role":"user","content":"one"}}""",
            """{"type":"message","id":"b","parentId":"a","message":{"role":"user","content":"two"}}""",
            """{"type":"leaf","id":"l","parentId":"b","targetId":"a"}""",
        ];
        await Import("main", tree);
        await Import("empty", [.. tree[..3], """{"type":"leaf","id":"l","parentId":"b","targetId":null}"""]);
        await Import("on", [.. tree, """{"type":"message","id":"c","parentId":"l","message":{"role":"user","content":"three"}}"""]);

        Assert.Equal(["one"], Texts(Store.ReadPage(Main, 10).Entries));
        Assert.Equal(["one*", "two"], Lines(Main)); // as after a rewind
        Assert.Empty(Store.ReadPage(Key("empty"), 10).Entries);
        Assert.Equal(["two"], Lines(Key("empty")));
        Assert.Equal(["one", "three"], Texts(Store.ReadPage(Key("on"), 10).Entries));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(1 << 20)]
    public async Task A_tree_comes_back_as_the_same_tree(int pieceBytes)
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("b1", "b2");
        await Store.RewindAsync(Main, "b2", default);
        await SayAsync("c");
        await Store.RewindAsync(Main, "one", default);
        await SayAsync("d");
        await Store.SwitchBranchAsync(Main, "re b2", default);
        await SayAsync("b3");
        string[] lines = await Export(Main, pieceBytes);
        TranscriptImportResult result = await Import("copy", lines);
        string[] again = await Export(Key("copy"), pieceBytes);

        Assert.Equal((14, 1, 0), (result.Imported, result.Skipped, result.Damaged));
        Assert.Equal(["re b3*", "re d", "re c", "re two"], Lines(Main));
        Assert.Equal(Lines(Main).Order(), Lines(Key("copy")).Order());
        Assert.Equal(Texts(Store.ReadPage(Main, 20).Entries), Texts(Store.ReadPage(Key("copy"), 20).Entries));
        Assert.Equal(["one", "re one", "b1", "re b1", "b2", "re b2", "b3", "re b3"], Texts(Store.ReadPage(Key("copy"), 20).Entries));
        Assert.Equal(Parents(lines), Parents(again));
        foreach (string leaf in (string[])["re two", "re c", "re d"])
        {
            await Store.SwitchBranchAsync(Main, leaf, default);
            await Store.SwitchBranchAsync(Key("copy"), leaf, default);
            Assert.Equal(Texts(Store.ReadPage(Main, 20).Entries), Texts(Store.ReadPage(Key("copy"), 20).Entries));
        }
    }

    [Fact]
    public async Task An_export_of_an_empty_branch_comes_back_empty()
    {
        await SayAsync("one");
        await Store.RewindAsync(Main, "one", default);
        string[] lines = await Export(Main);
        await Import("copy", lines);

        Assert.EndsWith("\"targetId\":null}", lines[^1], StringComparison.Ordinal);
        Assert.Empty(Store.ReadPage(Key("copy"), 10).Entries);
        Assert.Equal(["re one"], Lines(Key("copy")));
    }

    [Fact]
    public async Task A_reset_on_a_branch_comes_back()
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("other");
        await Store.ResetAsync(Main, "new", default);
        await SayAsync("fresh");
        string[] lines = await Export(Main);
        await Import("copy", lines);

        Assert.Equal(["Reset", "fresh", "re fresh"], Texts(Store.ReadPage(Key("copy"), 10).Entries));
        Assert.Equal(lines[1..], (await Export(Key("copy")))[1..]);
    }

    [Fact]
    public async Task More_branches_than_a_session_has_are_left_out()
    {
        List<string> lines = ["""{"type":"session","version":4,"id":"s-1"}""", """{"type":"message","id":"a","parentId":null,"message":{"role":"user","content":"one"}}"""];
        for (int i = 0; i <= SessionStore.MaxBranches + 1; i++)
        {
            lines.Add($$$"""{"type":"message","id":"b{{{i}}}","parentId":"a","message":{"role":"user","content":"b{{{i}}}"}}""");
            lines.Add($$$"""{"type":"message","id":"c{{{i}}}","parentId":"b{{{i}}}","message":{"role":"user","content":"c{{{i}}}"}}""");
        }

        TranscriptImportResult result = await Import("main", [.. lines]);

        Assert.Equal((1 + (2 * (SessionStore.MaxBranches + 1)), 2), (result.Imported, result.Skipped));
        Assert.Equal(SessionStore.MaxBranches + 1, Store.Branches(Main).Count);
    }

    [Fact]
    public async Task A_damaged_line_is_named_and_skipped()
    {
        TranscriptImportResult result = await Import("main",
        [
            """{"type":"session","version":4,"id":"s-1"}""",
            """{"type":"message","id":"a","timestamp":"2026-11-21T07:52:27Z","message":{"role":"user","content":"one"}}""",
            """{"type":"message","id":"b","mess""",
            """[1]""",
            "",
            """{"type":"message","id":"c","timestamp":"2026-11-21T07:52:27Z","message":{"role":"user","content":"two"}}""",
        ]);

        Assert.Equal((2, 0, 2), (result.Imported, result.Skipped, result.Damaged));
        Assert.StartsWith("line 3: ", result.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("line 4: no record", result.Problems[1], StringComparison.Ordinal);
        Assert.Equal(["one", "two"], Texts(Store.ReadPage(Main, 10).Entries));
    }

    [Fact]
    public async Task A_second_import_stores_nothing_twice()
    {
        string[] lines =
        [
            """{"type":"session","version":4,"id":"s-1"}""",
            """{"type":"message","id":"a","message":{"role":"user","content":"one","idempotencyKey":"r:user"}}""",
        ];
        await Import("main", lines);
        Assert.Equal(0, (await Import("main", lines)).Imported);
        Assert.Equal(1, Store.Find(Main)!.MessageCount);
    }

    [Fact]
    public async Task A_file_that_is_no_transcript_is_refused_and_makes_no_session()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Import("main", ["hello", "world"]));
        Assert.Null(Store.Find(Main));
    }

    private Task<string[]> Export(SessionKey key, int pieceBytes = 1 << 20)
    {
        ArrayBufferWriter<byte> file = new();
        TranscriptExport export = new(Store);
        string? cursor = null;
        int records = 0;
        do
        {
            ArrayBufferWriter<byte> piece = new();
            records += export.Write(key, piece, "/home/w", ref cursor, pieceBytes) ?? throw new InvalidOperationException();
            file.Write(piece.WrittenSpan);
        }
        while (cursor is not null);
        string text = Encoding.UTF8.GetString(file.WrittenSpan);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text[..^1].Split('\n');
        Assert.Equal(records + 1, lines.Length);
        return Task.FromResult(lines);
    }

    // What hangs on what, in words.
    private static List<string> Parents(string[] lines)
    {
        List<string> parents = [];
        foreach (string line in lines[1..])
        {
            using JsonDocument record = JsonDocument.Parse(line);
            JsonElement at = record.RootElement;
            string id = at.GetProperty("type").ValueEquals("leaf") ? $"leaf {at.GetProperty("targetId")}" : $"{at.GetProperty("id")} on {at.GetProperty("parentId")}";
            parents.Add(id);
        }

        parents.Sort(StringComparer.Ordinal);
        return parents;
    }

    private IEnumerable<string> Lines(SessionKey key) =>
        Store.Branches(key).Select(branch => branch.Headline + (branch.IsActive ? "*" : ""));

    private async Task SayAsync(params string[] texts)
    {
        foreach (string text in texts)
        {
            await Store.AppendAsync(Main, [User(text) with { Id = text }, Assistant("re " + text) with { Id = "re " + text }], null, default);
        }
    }

    private async Task<TranscriptImportResult> Import(string key, string[] lines)
    {
        using MemoryStream file = new(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return await new TranscriptImport(Store).ReadAsync(Key(key), file, default);
    }
}

using System.Text;
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
    public async Task An_unknown_session_exports_nothing()
    {
        using MemoryStream file = new();
        Assert.Null(await new TranscriptExport(Store).WriteAsync(Main, file, null, default));
        Assert.Equal(0, file.Length);
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
    public async Task Only_the_active_branch_of_the_originals_tree_is_taken()
    {
        TranscriptImportResult result = await Import("main",
        [
            """{"type":"session","version":4,"id":"s-1","timestamp":"2026-11-21T07:52:26.055Z","cwd":"/w"}""",
            """{"type":"message","id":"a","parentId":null,"timestamp":"2026-11-21T07:52:27Z","message":{"role":"user","content":"one","__openclaw":{"x":1}}}""",
            """{"type":"thinking_level_change","thinkingLevel":"off","id":"b","parentId":"a","timestamp":"2026-11-21T07:52:27Z"}""",
            """{"type":"message","id":"dead","parentId":"b","timestamp":"2026-11-21T07:52:28Z","message":{"role":"assistant","content":[{"type":"text","text":"rewound"}]}}""",
            """{"type":"message","id":"c","parentId":"b","timestamp":"2026-11-21T07:52:29Z","message":{"role":"assistant","content":[{"type":"text","text":"two","textSignature":"{}"}],"timestamp":1763711549000}}""",
        ]);

        Assert.Equal((2, 2, 0), (result.Imported, result.Skipped, result.Damaged));
        IReadOnlyList<TranscriptEntry> entries = Store.ReadPage(Main, 10).Entries;
        Assert.Equal(["one", "two"], Texts(entries));
        Assert.Equal(["a", "c"], entries.Select(entry => entry.Id));
        Assert.Equal([1795247547000, 1763711549000], entries.Select(entry => entry.Message.Timestamp));
        Assert.Equal("s-1", Store.Find(Main)!.SessionId);
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

    private async Task<string[]> Export(SessionKey key)
    {
        using MemoryStream file = new();
        int? records = await new TranscriptExport(Store).WriteAsync(key, file, "/home/w", default);
        string text = Encoding.UTF8.GetString(file.ToArray());
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text[..^1].Split('\n');
        Assert.Equal(records + 1, lines.Length);
        return lines;
    }

    private async Task<TranscriptImportResult> Import(string key, string[] lines)
    {
        using MemoryStream file = new(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return await new TranscriptImport(Store).ReadAsync(Key(key), file, default);
    }
}

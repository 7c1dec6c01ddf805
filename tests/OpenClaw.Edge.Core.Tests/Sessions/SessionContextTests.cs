using OpenClaw.Edge.Sessions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Sessions.Entries;

namespace OpenClaw.Edge.Core.Tests.Sessions;

public sealed class SessionContextTests : WithSessions
{
    [Fact]
    public async Task It_takes_the_newest_rows_that_fit_oldest_first()
    {
        await Append(User("aaaaa"), User("bbbbb"), User("ccccc"));
        Assert.Equal(["bbbbb", "ccccc"], Texts(Store.ReadContext(Main, 14)));
        Assert.Equal(["aaaaa", "bbbbb", "ccccc"], Texts(Store.ReadContext(Main, 15)));
    }

    [Fact]
    public async Task One_row_always_comes()
    {
        await Append(User("aaaaa"), User("bbbbb"));
        Assert.Equal(["bbbbb"], Texts(Store.ReadContext(Main, 1)));
    }

    [Fact]
    public async Task It_begins_with_the_last_compaction()
    {
        await Append(User("old"), Compaction("first"), User("mid"), Compaction("second"), User("new"));
        Assert.Equal(["second", "new"], Texts(Store.ReadContext(Main, 1000)));
        Assert.Equal(2, Store.Find(Main)!.CompactionCount);
        Assert.Equal(5, Store.ReadPage(Main, 10).Total);
    }

    [Fact]
    public async Task It_never_begins_with_a_tool_result_whose_call_was_cut_off()
    {
        await Append(User("read it"), Assistant("calling"), ToolResult("12345"), ToolResult("67890"), Assistant("done"));
        Assert.Equal(["done"], Texts(Store.ReadContext(Main, 16)));
        Assert.Equal(["calling", "12345", "67890", "done"], Texts(Store.ReadContext(Main, 23)));
    }

    [Fact]
    public async Task Five_hundred_rows_are_read_without_the_rest()
    {
        await Append([.. Enumerable.Range(0, 600).Select(i => User($"message {i:000}"))]);
        IReadOnlyList<TranscriptEntry> context = Store.ReadContext(Main, 500 * 11);
        Assert.Equal(500, context.Count);
        Assert.Equal("message 100", context[0].Message.Content.PlainText);
        Assert.Equal("message 599", context[^1].Message.Content.PlainText);
    }

    private async Task Append(params TranscriptEntry[] entries) => await Store.AppendAsync(Main, entries, null, default);
}

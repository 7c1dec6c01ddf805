using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sessions;

/// <summary>Sessions whose key says that they are in memory only.</summary>
public sealed class TransientSessionsTests : WithSessions
{
    private static readonly SessionKey s_key = KeyOf("agent:main:dashboard:incognito-1");

    [Theory]
    [InlineData("agent:main:dashboard:incognito-1", true)]
    [InlineData("agent:main:dashboard:Incognito-1", true)]
    [InlineData("agent:main:subagent:incognito-1", true)]
    [InlineData("agent:main:dashboard:incognito-", false)]
    [InlineData("agent:main:dashboard:incognito-1:more", false)]
    [InlineData("agent:main:dashboard:1-incognito-1", false)]
    [InlineData("agent:main:incognito-1", false)]
    [InlineData("agent:main:main", false)]
    [InlineData("agent:main:cron:incognito-1", false)]
    public void Are_told_by_their_key(string key, bool incognito)
    {
        Assert.Equal(incognito, KeyOf(key).IsIncognito);
        Assert.False(default(SessionKey).IsIncognito);
    }

    [Fact]
    public async Task Are_sessions_for_whoever_has_the_key()
    {
        await SayAsync(s_key, "hello there");
        await SayAsync(s_key, "and again");

        Assert.Equal(2, Store.Find(s_key)!.MessageCount);
        Assert.Equal(["hello there", "and again"], Store.ReadPage(s_key, 10).Entries.Select(entry => entry.Message.Content.PlainText));
        Assert.Equal(2, Store.ReadContext(s_key, 10_000).Count);
        Assert.Equal(2, Store.ReadAll(s_key).Count());
        Assert.True(await Store.DeleteAsync(s_key, TestContext.Current.CancellationToken));
        Assert.Null(Store.Find(s_key));
        Assert.Empty(Store.ReadAll(s_key));
    }

    [Fact]
    public async Task Are_in_no_list_and_in_no_search()
    {
        await SayAsync(s_key, "hello there");
        await SayAsync(Main, "hello here");

        Assert.Equal([Main], Store.List(new SessionQuery()).Rows.Select(row => row.Key));
        Assert.Equal([Main], Store.Search("hello", null, 10).Select(said => said.Key));
        Assert.Equal(1, Store.CountLive);
    }

    [Fact]
    public async Task End_with_the_database_that_they_are_beside()
    {
        await SayAsync(s_key, "hello there");
        await Database.DisposeAsync();

        Assert.Throws<StorageException>(() => Database.Transient());
        Assert.DoesNotContain(Directory.EnumerateFiles(Files.Root, "*", SearchOption.AllDirectories), path => File.ReadAllText(path).Contains("hello there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Are_refused_when_they_have_filled_their_memory()
    {
        string text = new('x', 4 << 20);
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await SayAsync(s_key, text);
            }
        });

        Assert.Equal(StorageFailure.Full, refused.Failure);
        Assert.Contains("64 MiB", refused.Message, StringComparison.Ordinal);
        await Store.DeleteAsync(s_key, TestContext.Current.CancellationToken);
        await SayAsync(s_key, "room again");
        Assert.Equal(1, Store.Find(s_key)!.MessageCount);
    }

    private static SessionKey KeyOf(string text) => SessionKey.TryParse(text, "main", out SessionKey key) ? key : throw new ArgumentException(text);

    private async Task SayAsync(SessionKey key, string text) => await Store.AppendAsync(
        key,
        [
            new TranscriptEntry
            {
                Id = Guid.NewGuid().ToString(),
                Kind = TranscriptEntryKind.Message,
                Message = new ChatMessage { Role = "user", Content = MessageContent.Of(text), Timestamp = 1 },
            },
        ],
        null, TestContext.Current.CancellationToken);
}

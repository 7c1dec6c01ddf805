using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class HistoryReaderTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");

    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new();
    private readonly EdgeDatabase _database;
    private readonly SessionStore _store;
    private readonly HistoryCache _cache;
    private readonly HistoryReader _reader;
    private readonly HashSet<string> _open = [];

    public HistoryReaderTests()
    {
        _database = EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), _time, NullLogger.Instance);
        _store = new SessionStore(_database, _time);
        _cache = new HistoryCache(_time);
        _reader = new HistoryReader(_store, _cache);
    }

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        await _database.DisposeAsync();
        _dir.Dispose();
    }

    [Fact]
    public async Task What_is_kept_says_the_same_as_the_store_whatever_happens_to_the_session()
    {
        Random random = new(7);
        int made = 0;
        int kept = 0;
        for (int step = 0; step < 400; step++)
        {
            switch (random.Next(24))
            {
                case 0:
                    await _store.ResetAsync(Main, "reset", default);
                    _open.Clear();
                    break;
                case 1:
                    await _store.DeleteAsync(Main, default);
                    _open.Clear();
                    break;
                case 2 or 3:
                    await Append(null, "system", $"summary {step}", TranscriptEntryKind.Compaction);
                    break;
                case 4 or 5:
                    await Append(null, "assistant", $"injected {step}");
                    break;
                case < 14:
                    string run = $"run{made++}";
                    _open.Add(run);
                    await Append(run, "user", $"{run} asks {new string('q', random.Next(2000))}");
                    break;
                default:
                    if (_open.Order(StringComparer.Ordinal).FirstOrDefault() is string ending)
                    {
                        await Append(ending, "assistant", $"{ending} answers {new string('å', random.Next(2000))}");
                        _open.Remove(ending);
                    }

                    break;
            }

            int budget = random.Next(4) == 0 ? random.Next(500, 12_000) : 2000;
            kept += _cache.Find(Main)?.Turns.Length ?? 0;
            Assert.Equal(Fresh(budget), Texts(_reader, budget));
        }

        Assert.True(kept > 400, "hardly anything was kept; the test proves nothing");
    }

    [Fact]
    public async Task Only_the_rows_since_the_last_turn_are_read()
    {
        await Append("r1", "user", "one");
        await Append("r1", "assistant", "two");
        _ = Texts(_reader, 1000);

        KeptHistory kept = _cache.Find(Main)!;
        await Append("r2", "user", "three");
        ContextRead read = _store.ReadContextAfter(Main, 1000, kept.Revision, kept.LastSeq);

        Assert.Equal(["three"], read.Entries.Select(entry => entry.Message.Content.PlainText));
        Assert.Equal(["one", "two", "three"], Texts(_reader, 1000));
    }

    [Fact]
    public async Task A_turn_that_is_not_over_is_not_kept_nor_is_one_around_it()
    {
        _open.UnionWith(["r1", "r2"]);
        await Append("r1", "user", "first");
        await Append("r2", "user", "second");
        await Append("r1", "assistant", "answer to the first");
        _open.Remove("r1");

        Assert.Equal(["first", "answer to the first"], Texts(_reader, 1000));
        Assert.Null(_cache.Find(Main));

        await Append("r2", "assistant", "answer to the second");
        _open.Remove("r2");
        Assert.Equal(["first", "answer to the first", "second", "answer to the second"], Texts(_reader, 1000));
        Assert.Equal(4, _cache.Find(Main)!.LastSeq);
    }

    [Fact]
    public async Task A_larger_window_reaches_further_back()
    {
        for (int i = 0; i < 60; i++)
        {
            await Append($"r{i}", "user", $"{i} {new string('x', 1000)}");
        }

        Assert.Equal(3, Texts(_reader, 1000).Length);
        Assert.Equal(60, Texts(_reader, 100_000).Length);
        Assert.Equal(3, Texts(_reader, 1000).Length);
    }

    [Fact]
    public async Task What_no_budget_reaches_is_let_go()
    {
        for (int i = 0; i < 300; i++)
        {
            await Append($"r{i}", "user", $"{i} {new string('x', 1000)}");
            _ = _reader.Read(Main, _ => false, 1000);
        }

        Assert.InRange(_cache.Bytes, 1, 40_000);
        Assert.False(_cache.Find(Main)!.IsWhole);
    }

    [Fact]
    public async Task All_histories_together_stay_within_their_bytes()
    {
        for (int i = 0; i < 12; i++)
        {
            SessionKey key = AgentFixture.Key($"s{i}");
            await _store.AppendAsync(key, [Row(null, "user", new string('x', 1_000_000), TranscriptEntryKind.Message)], null, default);
            _ = _reader.Read(key, _ => false, 300_000);
            Assert.InRange(_cache.Bytes, 1_000_000, HistoryCache.MaxBytes);
        }

        Assert.Null(_cache.Find(AgentFixture.Key("s0")));
        Assert.NotNull(_cache.Find(AgentFixture.Key("s11")));
    }

    [Fact]
    public async Task What_nobody_used_for_five_minutes_is_let_go()
    {
        await Append("r1", "user", "one");
        _ = Texts(_reader, 1000);
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.NotNull(_cache.Find(Main));
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.NotNull(_cache.Find(Main));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Null(_cache.Find(Main));
        Assert.Equal(0, _cache.Bytes);
        Assert.Equal(["one"], Texts(_reader, 1000));
    }

    private string[] Fresh(int budget)
    {
        using HistoryCache empty = new(_time);
        return Texts(new HistoryReader(_store, empty), budget);
    }

    private string[] Texts(HistoryReader reader, int budget)
    {
        List<PromptMessage> messages = PromptHistory.Fit(reader.Read(Main, _open.Contains, budget), budget);
        return [.. messages.Select(message => message.Text)];
    }

    private async Task Append(string? run, string role, string text, TranscriptEntryKind kind = TranscriptEntryKind.Message) =>
        await _store.AppendAsync(Main, [Row(run, role, text, kind)], null, default);

    private static TranscriptEntry Row(string? run, string role, string text, TranscriptEntryKind kind) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Kind = kind,
        RunId = run,
        Message = new ChatMessage { Role = role, Content = MessageContent.Of(text), Timestamp = 1_763_000_000_000 },
    };
}

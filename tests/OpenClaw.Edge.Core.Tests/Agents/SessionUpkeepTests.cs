using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary><c>session.maintenance</c>: what becomes of sessions that nobody uses.</summary>
public sealed class SessionUpkeepTests : IAsyncDisposable
{
    private readonly AgentFixture _it = new();
    private readonly SessionUpkeep _upkeep;
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionUpkeepTests() => _upkeep = new SessionUpkeep(_it.Runs, () => _changed.TrySetResult());

    public async ValueTask DisposeAsync()
    {
        await _upkeep.DisposeAsync();
        await _it.DisposeAsync();
    }

    [Fact]
    public async Task What_people_said_is_archived_by_its_age_and_what_the_gateway_made_is_removed()
    {
        foreach (string rest in (string[])["main", "kitchen", "dashboard:1", "cron:j:run:1", "cron:j", "subagent:s", "hook:h", "telegram:group:7", "telegram:direct:ann"])
        {
            await SayAsync(rest);
        }

        _it.Time.Advance(TimeSpan.FromHours(25));
        UpkeepReport day = await _upkeep.RunAsync(apply: true, CancellationToken.None);
        _it.Time.Advance(TimeSpan.FromDays(7));
        UpkeepReport week = await _upkeep.RunAsync(apply: true, CancellationToken.None);
        await SayAsync("kept");
        _it.Time.Advance(TimeSpan.FromDays(23));
        UpkeepReport month = await _upkeep.RunAsync(apply: true, CancellationToken.None);

        Assert.Equal(["prune-stale cron:j:run:1"], Said(day));
        Assert.Equal(["archive-age dashboard:1"], Said(week));
        Assert.Equal(["archive-age kitchen", "prune-stale cron:j", "prune-stale hook:h", "prune-stale subagent:s"], Said(month).Order());
        Assert.Equal((true, 1L), (Row("kitchen")!.Archived, Row("kitchen")!.MessageCount));
        Assert.Null(Row("subagent:s"));
        Assert.All((string[])["main", "kept", "telegram:group:7", "telegram:direct:ann"], rest => Assert.False(Row(rest)!.Archived));
        Assert.False((await _upkeep.RunAsync(apply: true, CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task Pins_recent_use_open_work_and_running_turns_hold_a_session()
    {
        Use(new SessionMaintenanceConfig { PruneAfter = TimeSpan.FromDays(30), PreserveRecent = TimeSpan.FromDays(40) });
        await SayAsync("recent");
        await SayAsync("pinned");
        await SayAsync("subagent:open");
        await _it.Sessions.PatchAsync(AgentFixture.Key("pinned"), new SessionPatch { Pinned = Optional.Of(true) }, CancellationToken.None);
        await _it.Sessions.PatchAsync(
            AgentFixture.Key("subagent:open"), new SessionPatch { Extra = new Dictionary<string, JsonElement?> { [OpenWork.Member] = OpenWork.Mark("r", true) } }, CancellationToken.None);
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "one", "busy"));
        await _it.Model.CalledAsync();
        _it.Time.Advance(TimeSpan.FromDays(35));

        Assert.Empty(Said(await _upkeep.RunAsync(apply: true, CancellationToken.None)));
        _it.Time.Advance(TimeSpan.FromDays(10));
        Assert.Equal(["archive-age recent"], Said(await _upkeep.RunAsync(apply: true, CancellationToken.None)));
        model.Complete();
        await AgentFixture.EndAsync(run);
    }

    [Fact]
    public async Task Of_too_many_sessions_the_oldest_are_archived_and_come_back_when_they_are_asked_for()
    {
        Use(new SessionMaintenanceConfig { MaxEntries = 3 });
        foreach (string rest in (string[])["main", "a", "cron:x", "b", "c", "d"])
        {
            await SayAsync(rest);
            _it.Time.Advance(1000);
        }

        UpkeepReport looked = await _upkeep.RunAsync(apply: false, CancellationToken.None);
        Assert.Equal(["archive-cap a", "cap-overflow cron:x", "archive-cap b"], Said(looked));
        Assert.Equal((true, 6L), (looked.DryRun, looked.Before));
        Assert.NotNull(Row("cron:x"));

        await _upkeep.RunAsync(apply: true, CancellationToken.None);

        Assert.Equal((true, true, false), (Row("a")!.Archived, Row("b")!.Archived, Row("c")!.Archived));
        Assert.Null(Row("cron:x"));
        Assert.Equal(["a", "b"], _it.Sessions.CapArchived(10).Select(row => row.Key.Rest));
        await _it.Sessions.PatchAsync(AgentFixture.Key("a"), new SessionPatch { Archived = Optional.Of(false) }, CancellationToken.None);
        await _it.Sessions.PatchAsync(AgentFixture.Key("a"), new SessionPatch { Archived = Optional.Of(true) }, CancellationToken.None);
        Assert.Equal(["b"], _it.Sessions.CapArchived(10).Select(row => row.Key.Rest)); // what a person files is not the gateway's to remove
    }

    [Fact]
    public async Task A_message_brings_back_what_was_archived_by_itself_and_not_what_a_person_archived()
    {
        await SayAsync("aged");
        await SayAsync("filed");
        await _it.Sessions.PatchAsync(AgentFixture.Key("filed"), new SessionPatch { Archived = Optional.Of(true) }, CancellationToken.None);
        _it.Time.Advance(TimeSpan.FromDays(31));
        await _upkeep.RunAsync(apply: true, CancellationToken.None);
        Assert.True(Row("aged")!.Archived);

        await _it.RunAsync(AgentFixture.Request("job", "tick", "aged", source: "cron"));
        Assert.True(Row("aged")!.Archived);
        await _it.RunAsync(AgentFixture.Request("r1", "are you there?", "aged"));
        await _it.RunAsync(AgentFixture.Request("r2", "and you?", "filed"));

        Assert.Equal((false, true), (Row("aged")!.Archived, Row("filed")!.Archived));
    }

    [Fact]
    public async Task Transcripts_from_before_a_reset_stay_until_their_time_is_set()
    {
        SessionKey main = AgentFixture.Key("main");
        await SayAsync("main");
        await _it.Sessions.ResetAsync(main, "reset", CancellationToken.None);
        _it.Time.Advance(TimeSpan.FromDays(20));
        await SayAsync("main");
        await _it.Sessions.ResetAsync(main, "reset", CancellationToken.None);
        await SayAsync("main");
        _it.Time.Advance(TimeSpan.FromDays(20));
        Assert.False((await _upkeep.RunAsync(apply: true, CancellationToken.None)).Changes);
        Assert.Equal(5, _it.Sessions.CountEntries(main));

        Use(new SessionMaintenanceConfig { ResetArchiveRetention = TimeSpan.FromDays(30) });
        Assert.Equal(1, (await _upkeep.RunAsync(apply: false, CancellationToken.None)).Transcripts);
        Assert.Equal(1, (await _upkeep.RunAsync(apply: true, CancellationToken.None)).Transcripts);

        Assert.Equal(4, _it.Sessions.CountEntries(main));
        Assert.Equal(2, _it.Sessions.ReadPage(main, 10).Entries.Count);
    }

    [Fact]
    public async Task A_branch_keeps_the_line_it_was_taken_from()
    {
        SessionKey main = AgentFixture.Key("main");
        for (int i = 0; i < 3; i++)
        {
            await _it.RunAsync(AgentFixture.Request($"r{i}", $"message {i}"));
        }

        string leaf = _it.Sessions.ReadPage(main, 10).Entries[1].Id;
        await _it.Sessions.RewindAsync(main, leaf, CancellationToken.None);
        long all = _it.Sessions.CountEntries(main);
        _it.Time.Advance(TimeSpan.FromDays(90));
        Use(new SessionMaintenanceConfig { ResetArchiveRetention = TimeSpan.FromDays(1), MaxDiskBytes = 1 });

        Assert.Equal(0, (await _upkeep.RunAsync(apply: true, CancellationToken.None)).Transcripts);
        Assert.Equal(all, _it.Sessions.CountEntries(main));
    }

    [Fact]
    public async Task Above_the_disk_budget_old_transcripts_go_first_and_then_what_was_archived_for_its_number()
    {
        SessionKey main = AgentFixture.Key("main");
        foreach (string rest in (string[])["a", "b", "c"])
        {
            await SayAsync(rest, 400_000);
            _it.Time.Advance(1000);
        }

        await SayAsync("main", 400_000);
        await _it.Sessions.ResetAsync(main, "reset", CancellationToken.None);
        _it.Time.Advance(1000);
        Use(new SessionMaintenanceConfig { MaxEntries = 2 });
        await _upkeep.RunAsync(apply: true, CancellationToken.None); // a and b
        long full = _it.Sessions.UsedBytes;
        Use(new SessionMaintenanceConfig { MaxEntries = 2, MaxDiskBytes = full - 10, HighWaterBytes = full - 300_000 });

        UpkeepReport first = await _upkeep.RunAsync(apply: true, CancellationToken.None);
        Use(new SessionMaintenanceConfig { MaxEntries = 2, MaxDiskBytes = full - 500_000, HighWaterBytes = full - 600_000 });
        UpkeepReport second = await _upkeep.RunAsync(apply: true, CancellationToken.None);
        Use(new SessionMaintenanceConfig { MaxEntries = 2, MaxDiskBytes = 1 });
        UpkeepReport third = await _upkeep.RunAsync(apply: true, CancellationToken.None);

        Assert.Equal((1, false), (first.Transcripts, first.IsOverBudget));
        Assert.Empty(first.Actions);
        Assert.InRange(first.BytesAfter, 0, full - 300_000);
        Assert.Equal(["evict-budget a"], Said(second));
        Assert.Equal(["evict-budget b"], Said(third));
        Assert.True(third.IsOverBudget);
        Assert.NotNull(Row("c"));
    }

    [Fact]
    public async Task It_looks_by_itself_every_half_hour_and_only_speaks_where_it_shall_only_warn()
    {
        await SayAsync("kitchen");
        _upkeep.Start();
        Use(new SessionMaintenanceConfig { WarnOnly = true });
        _it.Time.Advance(TimeSpan.FromDays(31)); // the looks of these days
        await _upkeep.RunAsync(apply: false, CancellationToken.None); // waits for the last of them
        Assert.False(Row("kitchen")!.Archived);

        Use(new SessionMaintenanceConfig());
        await Eventually.HoldsAsync(() =>
        {
            _it.Time.Advance(TimeSpan.FromMinutes(30)); // a look that still runs lets this one pass
            return _changed.Task.IsCompleted;
        });

        Assert.True(Row("kitchen")!.Archived);
    }

    [Fact]
    public async Task A_session_that_is_used_after_it_was_judged_stays()
    {
        await SayAsync("kitchen");
        SessionRow seen = Row("kitchen")!;
        _it.Time.Advance(1000);
        await SayAsync("kitchen");

        Assert.False(await _it.Sessions.RetireAsync(seen, null, CancellationToken.None));
        Assert.False(await _it.Sessions.RetireAsync(seen, "age-retention", CancellationToken.None));
        Assert.Equal((false, 2L), (Row("kitchen")!.Archived, Row("kitchen")!.MessageCount));
    }

    private void Use(SessionMaintenanceConfig maintenance) =>
        _it.Config = _it.Config with { Session = new SessionConfig { Maintenance = maintenance } };

    private SessionRow? Row(string rest) => _it.Sessions.Find(AgentFixture.Key(rest));

    private Task<IReadOnlyList<TranscriptEntry>> SayAsync(string rest, int length = 5) => _it.Sessions.AppendAsync(
        AgentFixture.Key(rest),
        [
            new TranscriptEntry
            {
                Id = Guid.NewGuid().ToString(),
                Kind = TranscriptEntryKind.Message,
                Message = new ChatMessage { Role = "user", Content = MessageContent.Of(new string('x', length)), Timestamp = _it.Time.GetUtcNow().ToUnixTimeMilliseconds() },
            },
        ],
        null, CancellationToken.None);

    private static string[] Said(UpkeepReport report) => [.. report.Actions.Select(action => $"{action.Action} {action.Key.Rest}")];
}

using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary><c>session.reset</c>: conversations that are over by themselves. The clock stands at midnight UTC, the first of January.</summary>
public sealed class SessionResetTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task Without_a_policy_a_conversation_goes_on_for_years()
    {
        await _it.RunAsync(AgentFixture.Request("r1", "one"));
        _it.Time.Advance(TimeSpan.FromDays(800));
        await _it.RunAsync(AgentFixture.Request("r2", "two"));

        Assert.Equal(["one", "ok", "two"], Texts(_it.Model.Requests[^1]));
        Assert.False(_it.Sessions.Find(Main)!.WasReset);
    }

    [Fact]
    public async Task After_the_hour_of_the_day_the_model_reads_only_what_is_new_and_the_old_rows_stay_on_disk()
    {
        Use(new SessionConfig { Reset = new SessionResetConfig { Mode = "daily" } });
        await _it.RunAsync(AgentFixture.Request("r1", "one"));
        _it.Time.Advance(TimeSpan.FromHours(3.9));
        await _it.RunAsync(AgentFixture.Request("r2", "two"));
        string before = _it.Sessions.Find(Main)!.LifecycleRevision;
        _it.Time.Advance(TimeSpan.FromHours(0.2)); // 04:06
        await _it.RunAsync(AgentFixture.Request("r3", "three"));
        _it.Time.Advance(TimeSpan.FromHours(20)); // 00:06 of the next day: the same conversation
        await _it.RunAsync(AgentFixture.Request("r4", "four"));

        Assert.Equal(["one", "ok", "two"], Texts(_it.Model.Requests[1]));
        Assert.Equal(["three"], Texts(_it.Model.Requests[2]));
        Assert.Equal(["three", "ok", "four"], Texts(_it.Model.Requests[3]));
        Assert.NotEqual(before, _it.Sessions.Find(Main)!.LifecycleRevision);
        IReadOnlyList<TranscriptEntry> now = _it.Sessions.ReadPage(Main, 50).Entries;
        Assert.Equal((TranscriptEntryKind.Reset, "daily"), (now[0].Kind, now[0].Reason));
        Assert.Equal("one", Assert.IsType<TranscriptEntry>(_it.Sessions.FindByIdempotencyKey(Main, "r1:user")).Message.Content.PlainText);
        Assert.Equal(["RunResetEvent"], _it.EventsOf("r3").Where(text => text == "RunResetEvent"));
        Assert.DoesNotContain("RunResetEvent", _it.EventsOf("r4"));
    }

    [Fact]
    public async Task Only_people_keep_a_conversation_from_going_idle_and_only_they_end_it()
    {
        Use(new SessionConfig { Reset = new SessionResetConfig { Mode = "idle", IdleMinutes = 60 } });
        await _it.RunAsync(AgentFixture.Request("r1", "one"));
        _it.Time.Advance(TimeSpan.FromMinutes(50));
        await _it.RunAsync(AgentFixture.Request("beat", "[heartbeat]", source: "heartbeat") with { Origin = "heartbeat" });
        _it.Time.Advance(TimeSpan.FromMinutes(50));
        await _it.RunAsync(AgentFixture.Request("job", "tick", source: "cron"));
        Assert.Contains("one", Texts(_it.Model.Requests[^1]));
        await _it.RunAsync(AgentFixture.Request("r2", "two"));
        _it.Time.Advance(TimeSpan.FromMinutes(60));
        await _it.RunAsync(AgentFixture.Request("r3", "three"));

        Assert.Equal(["two"], Texts(_it.Model.Requests[^2]));
        Assert.Equal(["two", "ok", "three"], Texts(_it.Model.Requests[^1]));
    }

    [Fact]
    public async Task A_message_that_waits_for_a_running_turn_stays_in_its_conversation()
    {
        Use(new SessionConfig { Reset = new SessionResetConfig { Mode = "idle", IdleMinutes = 1 } });
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one", source: "agent"));
        await _it.Model.CalledAsync();
        _it.Time.Advance(TimeSpan.FromMinutes(5));
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two", source: "agent"));
        model.TryWrite("first answer");
        model.Complete();
        await AgentFixture.EndAsync(first);
        await AgentFixture.EndAsync(second);

        Assert.Equal(["one", "first answer", "two"], Texts(_it.Model.Requests[^1]));
    }

    [Fact]
    public async Task A_policy_that_comes_while_the_gateway_runs_holds_for_the_next_message()
    {
        await _it.RunAsync(AgentFixture.Request("r1", "one"));
        _it.Time.Advance(TimeSpan.FromHours(2));
        Use(new SessionConfig { Reset = new SessionResetConfig { Mode = "idle", IdleMinutes = 30 } });
        await _it.RunAsync(AgentFixture.Request("r2", "two"));

        Assert.Equal(["two"], Texts(_it.Model.Requests[^1]));
    }

    [Fact]
    public async Task A_command_to_a_conversation_that_is_over_is_about_the_new_one()
    {
        Use(new SessionConfig { Reset = new SessionResetConfig { Mode = "idle", IdleMinutes = 30 } });
        await _it.RunAsync(AgentFixture.Request("r1", "one"));
        Assert.False(await _it.Runs.ExpireAsync(Main, "chat", CancellationToken.None));
        _it.Time.Advance(TimeSpan.FromMinutes(31));

        Assert.True(await _it.Runs.ExpireAsync(Main, "chat", CancellationToken.None));
        Assert.False(await _it.Runs.ExpireAsync(Main, "chat", CancellationToken.None));
        Assert.Equal(1, _it.Sessions.Find(Main)!.MessageCount);
        Assert.False(await _it.Runs.ExpireAsync(AgentFixture.Key("nobody"), "chat", CancellationToken.None));
        Assert.Null(_it.Sessions.Find(AgentFixture.Key("nobody")));
    }

    // Source: the original's resolveSessionResetPolicy; general, of its type, of its channel.
    [Theory]
    [InlineData("main", "webchat", "daily@4")]
    [InlineData("telegram:group:7", "webchat", "idle120")]
    [InlineData("telegram:group:7:topic:3", "webchat", "daily@6")]
    [InlineData("discord:direct:ann", "webchat", "idle30")]
    [InlineData("main", "discord", "idle30")]
    [InlineData("slack:channel:c1", "webchat", "idle120")]
    public void What_says_more_about_a_session_wins(string rest, string channel, string expected)
    {
        SessionConfig config = new()
        {
            Reset = new SessionResetConfig { Mode = "daily", AtHour = 4 },
            ResetByType = new Dictionary<string, SessionResetConfig>
            {
                ["group"] = new() { Mode = "idle", IdleMinutes = 120 },
                ["thread"] = new() { AtHour = 6 },
            },
            ResetByChannel = new Dictionary<string, SessionResetConfig> { ["discord"] = new() { Mode = "idle", IdleMinutes = 30 } },
        };

        Assert.Equal(expected, Describe(SessionResets.Of(config, AgentFixture.Key(rest), channel, _it.Time)));
    }

    [Theory]
    [InlineData("none", null, 60, "never")]
    [InlineData(null, null, null, "daily@4")]
    [InlineData("daily", 23, 10, "daily@23 idle10")]
    [InlineData("idle", 3, null, "")]
    public void Members_that_are_missing_are_the_originals(string? mode, int? hour, int? minutes, string expected)
    {
        SessionConfig config = new() { Reset = new SessionResetConfig { Mode = mode, AtHour = hour, IdleMinutes = minutes } };

        Assert.Equal(expected, Describe(SessionResets.Of(config, Main, "webchat", _it.Time)));
    }

    [Theory]
    [InlineData("/new", true, "new", "")]
    [InlineData(" /RESET now please", true, "reset", "now please")]
    [InlineData("/new: a\nb", true, "new", "a\nb")]
    [InlineData("Fresh Start", true, "new", "")]
    [InlineData("fresh start\nwith this", true, "new", "with this")]
    [InlineData("fresh starters", false, "", "")]
    [InlineData("/newer", false, "", "")]
    public void Words_of_the_configuration_start_over_as_well(string message, bool resets, string word, string rest)
    {
        Use(new SessionConfig { ResetTriggers = ["fresh start", " "] });

        Assert.Equal(resets, _it.Runs.Commands.IsReset(message, out string found, out string left));
        Assert.Equal((word, rest), (found, left));
    }

    [Fact]
    public async Task Starting_over_may_name_a_model_and_the_first_message()
    {
        await _it.RunAsync(AgentFixture.Request("r1", "one"));

        (CommandAnswer answer, string rest) = await _it.Runs.Commands.StartOverAsync("new", "scripted/other tell me more", Main, CancellationToken.None);

        Assert.Equal("tell me more", rest);
        Assert.Equal("✅ New session started. This session uses scripted/other from now on.", answer.Text);
        Assert.Equal(("scripted/other", 1L), (_it.Sessions.Find(Main)!.ModelOverride, _it.Sessions.Find(Main)!.MessageCount));
        Assert.Equal("no model of this name", (await _it.Runs.Commands.StartOverAsync("new", "no model of this name", Main, CancellationToken.None)).Left);
    }

    private void Use(SessionConfig session) => _it.Config = _it.Config with { Session = session };

    private string Describe(SessionExpiry? expiry)
    {
        if (expiry is null)
        {
            return "never";
        }

        List<string> parts = [];
        if (expiry.StartedBeforeMs is { } before)
        {
            parts.Add($"daily@{DateTimeOffset.FromUnixTimeMilliseconds(before).Hour}");
            Assert.InRange(_it.Time.GetUtcNow().ToUnixTimeMilliseconds() - before, 0, 86_399_999);
        }

        if (expiry.QuietSinceMs is { } quiet)
        {
            parts.Add($"idle{(_it.Time.GetUtcNow().ToUnixTimeMilliseconds() - quiet) / 60_000}");
        }

        return string.Join(' ', parts);
    }

    private static string[] Texts(ModelRequest request) => [.. request.Messages.Select(message => message.Text)];
}

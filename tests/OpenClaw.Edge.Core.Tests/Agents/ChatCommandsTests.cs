using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class ChatCommandsTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Theory]
    [InlineData("/status", "status", "")]
    [InlineData("  /Compact Focus on the API", "compact", "Focus on the API")]
    [InlineData("/t high", "think", "high")]
    [InlineData("/queue: collect", "queue", "collect")]
    public void Commands_are_told_from_messages(string message, string name, string arguments)
    {
        Assert.True(ChatCommands.TryParse(message, out string found, out string rest));
        Assert.Equal((name, arguments), (found, rest));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/unknown thing")]
    [InlineData("what does /status do?")]
    [InlineData("")]
    public void Everything_else_belongs_to_the_model(string message) => Assert.False(ChatCommands.TryParse(message, out _, out _));

    [Fact]
    public async Task Think_levels_are_kept_for_the_session_and_reach_the_model()
    {
        Assert.Contains("Current thinking level: the model's own", (await RunAsync("/think")).Text, StringComparison.Ordinal);
        CommandAnswer refused = await RunAsync("/think enormous");
        Assert.Contains("Valid levels", refused.Text, StringComparison.Ordinal);
        Assert.Null(refused.Changed);
        Assert.Equal(new CommandAnswer("Thinking disabled.", "patch"), await RunAsync("/think off"));

        await _it.RunAsync(AgentFixture.Request("r1", "hello"));

        Assert.Equal("off", _it.Model.Requests[^1].Think);
        await RunAsync("/think default");
        Assert.Null(_it.Sessions.Find(Main)!.ThinkLevel);
    }

    [Fact]
    public async Task A_queue_mode_is_kept_and_an_unknown_one_is_refused()
    {
        Assert.Equal("Queue mode set to followup.", (await RunAsync("/queue followup")).Text);
        Assert.StartsWith("Unknown queue mode \"sometimes\"", (await RunAsync("/queue sometimes")).Text, StringComparison.Ordinal);

        Assert.Equal("followup", _it.Sessions.Find(Main)!.QueueMode);
        Assert.StartsWith("Current queue settings: mode=followup, debounce=500ms, cap=20, drop=summarize.", (await RunAsync("/queue")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_has_options_of_the_session_until_they_are_taken_back()
    {
        Assert.Equal("Queue mode set to collect.", (await RunAsync("/queue collect debounce:0.25s cap:25 drop:old")).Text);
        Assert.StartsWith("Current queue settings: mode=collect, debounce=250ms, cap=25, drop=old.", (await RunAsync("/queue")).Text, StringComparison.Ordinal);
        Assert.Equal("Queue options set.", (await RunAsync("/queue cap:3 debounce:900")).Text);
        Assert.StartsWith("Current queue settings: mode=collect, debounce=900ms, cap=3, drop=old.", (await RunAsync("/queue status")).Text, StringComparison.Ordinal);
        Assert.Equal("Queue mode reset to default.", (await RunAsync("/queue default")).Text);
        Assert.StartsWith("Current queue settings: mode=steer, debounce=500ms, cap=20, drop=summarize.", (await RunAsync("/queue")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/queue collect cap:0", "cap takes a whole number")]
    [InlineData("/queue collect cap:99999", "cap takes a whole number")]
    [InlineData("/queue collect cap:many", "cap takes a whole number")]
    [InlineData("/queue collect debounce:2h", "debounce takes a time up to 60 s")]
    [InlineData("/queue collect debounce:soon", "debounce takes a time")]
    [InlineData("/queue collect drop:all", "drop takes old, new or summarize")]
    [InlineData("/queue collect speed:9", "Unknown queue mode")]
    public async Task An_option_that_cannot_be_changes_nothing(string command, string said)
    {
        Assert.Contains(said, (await RunAsync(command)).Text, StringComparison.Ordinal);
        Assert.Null(_it.Sessions.Find(Main)?.QueueMode);
        Assert.StartsWith("Current queue settings: mode=steer, debounce=500ms, cap=20, drop=summarize.", (await RunAsync("/queue")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_shows_what_takes_up_the_window()
    {
        _it.Config = new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { ContextTokens = 4096 } } };
        await _it.RunAsync(AgentFixture.Request("r1", new string('q', 400)));

        string brief = (await RunAsync("/context")).Text;

        Assert.StartsWith("scripted/one: window 4096 tokens", brief, StringComparison.Ordinal);
        Assert.Contains("History: 109 tokens in 1 turns", brief, StringComparison.Ordinal);
        Assert.DoesNotContain("  read: ", brief, StringComparison.Ordinal);
        Assert.Contains("  read: ", (await RunAsync("/context detail")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_counts_the_session_and_the_day_against_their_limits()
    {
        _it.Config = new EdgeConfig { Usage = new UsageConfig { Day = new UsageLimitConfig { Tokens = 5000 } } };
        await _it.RunAsync(AgentFixture.Request("r1", "hello"));

        Assert.Equal(
            "This session: 100 tokens in, 1 out, $0.0000\nToday (UTC), all sessions: 101 tokens in 1 turns, $0.0000 (limit 5000 tokens)\n"
            + "Models of this host and LAN worked 0.0 s for this session, 0.0 s today",
            (await RunAsync("/usage")).Text);
    }

    [Fact]
    public async Task Stop_ends_the_turn_and_new_starts_over()
    {
        _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "hello"));
        await _it.Model.CalledAsync();

        Assert.Equal("Stopped.", (await RunAsync("/stop")).Text);
        Assert.Equal(RunStatus.Aborted, (await AgentFixture.EndAsync(run)).Status);
        Assert.Equal("reset", (await RunAsync("/new")).Changed);
        Assert.Equal(TranscriptEntryKind.Reset, Assert.Single(_it.Sessions.ReadPage(Main, 10).Entries).Kind);
    }

    [Fact]
    public async Task Compact_without_history_says_why_not() =>
        Assert.Equal("Compaction skipped: no transcript.", (await RunAsync("/compact")).Text);

    [Fact]
    public async Task Every_command_that_is_listed_answers()
    {
        foreach ((string name, _, _) in ChatCommands.All)
        {
            Assert.NotEmpty((await RunAsync("/" + name)).Text);
        }
    }

    private Task<CommandAnswer> RunAsync(string message)
    {
        Assert.True(ChatCommands.TryParse(message, out string name, out string arguments));
        return _it.Runs.Commands.RunAsync(name, arguments, Main, CancellationToken.None);
    }
}

using System.Text.Json;
using System.Threading.Channels;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Which queue a turn waits in, and that one queue never holds another up.</summary>
public sealed class RunLanesTests : IAsyncDisposable
{
    private readonly AgentFixture _it = new(new EdgeConfig { Agents = new() { Defaults = new() { MaxConcurrent = 1 } } });

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Theory]
    [InlineData(null, "chat", "main", "main")]
    [InlineData(" ", "agent", "main", "main")]
    [InlineData("nested", "agent", "main", "nested")]
    [InlineData(null, "cron", "cron:j1", "cron")]
    [InlineData(null, "heartbeat", "main", "main")]
    [InlineData(null, "subagent", "subagent:4a", "subagent")]
    [InlineData(null, "subagent", "main", "main")] // what a sub-agent tells its parent
    [InlineData("cron", "chat", "main", "cron")]
    public void A_turn_waits_in_the_queue_of_its_source_unless_one_is_named(string? lane, string source, string session, string expected) =>
        Assert.Equal(expected, RunLanes.Of(AgentFixture.Request("r1", "hi", session, source) with { Lane = lane }));

    [Theory]
    [InlineData("main", 3)]
    [InlineData("cron", 5)]
    [InlineData("subagent", 7)]
    [InlineData("active-memory", 7)]
    [InlineData("nested", 1)]
    [InlineData("anything", 1)]
    public void Each_has_its_own_setting(string lane, int expected)
    {
        using JsonDocument subagents = JsonDocument.Parse("""{"maxConcurrent":7}""");
        EdgeConfig config = new()
        {
            Agents = new() { Defaults = new() { MaxConcurrent = 3, Subagents = subagents.RootElement } },
            Cron = new() { MaxConcurrentRuns = 5 },
        };

        Assert.Equal(expected, RunLanes.Capacity(config, lane));
    }

    [Fact]
    public async Task A_full_queue_holds_up_its_own_turns_only()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("a1", "a1", "a"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("b1", "b1", "b"));

        RunResult job = await _it.RunAsync(AgentFixture.Request("c1", "c1", "cron:c", "cron"));
        RunResult nested = await _it.RunAsync(AgentFixture.Request("d1", "d1", "d", "agent") with { Lane = "nested" });

        Assert.Equal((RunStatus.Done, RunStatus.Done), (job.Status, nested.Status));
        Assert.Equal(RunStatus.Queued, second.Status);
        await model.WriteAsync("x");
        model.Complete();
        await AgentFixture.EndAsync(first);
        await AgentFixture.EndAsync(second);
    }

    [Fact]
    public async Task A_queue_that_a_caller_names_runs_one_turn_at_a_time()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("a1", "a1", "a", "agent") with { Lane = "mine" });
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("b1", "b1", "b", "agent") with { Lane = "mine" });
        await _it.RunAsync(AgentFixture.Request("c1", "c1", "c"));

        Assert.Equal(["mine", "mine"], _it.Runs.Active.Where(run => run.Id != "c1").Select(run => run.Lane));
        Assert.Equal(["a1", "c1"], _it.Model.Requests.Select(request => request.Messages[^1].Text));
        await model.WriteAsync("x");
        model.Complete();
        Assert.Equal((RunStatus.Done, RunStatus.Done), ((await AgentFixture.EndAsync(first)).Status, (await AgentFixture.EndAsync(second)).Status));
    }

    [Fact]
    public async Task A_turn_that_is_aborted_while_it_waits_leaves_its_place()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("a1", "a1", "a", "agent") with { Lane = "mine" });
        await _it.Model.CalledAsync();
        await _it.StartAsync(AgentFixture.Request("b1", "b1", "b", "agent") with { Lane = "mine" });
        await _it.Runs.AbortAsync(AgentFixture.Key("b"), null, "rpc");
        await model.WriteAsync("x");
        model.Complete();
        await AgentFixture.EndAsync(first);

        Assert.Equal("ok", (await _it.RunAsync(AgentFixture.Request("c1", "c1", "c", "agent") with { Lane = "mine" })).Text);
    }
}

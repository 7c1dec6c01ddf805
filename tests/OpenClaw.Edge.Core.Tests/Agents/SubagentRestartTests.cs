using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Work of sub-agents that a restart of the gateway interrupts.</summary>
public sealed class SubagentRestartTests
{
    [Fact]
    public async Task The_parent_hears_once_that_a_sub_agent_was_interrupted()
    {
        await using AgentFixture gateway = new();
        await gateway.RunAsync(AgentFixture.Request("r1", "hello"));
        await gateway.Model.CalledAsync();
        gateway.Model.Hold();
        await SpawnAsync(gateway.Runs, "book");
        await gateway.Model.CalledAsync();
        await EndAsync(gateway);

        await using RunRegistry second = Again(gateway);
        await second.RecoverSubagentsAsync(CancellationToken.None);
        ModelRequest told = await gateway.Model.CalledAsync();
        await Task.WhenAll(second.Active.Select(run => run.Completion));
        await using RunRegistry third = Again(gateway);
        await third.RecoverSubagentsAsync(CancellationToken.None);

        Assert.Contains("[Sub-agent ended; not from the person]\nTask: book\nStatus: interrupted", told.Messages[^1].Text, StringComparison.Ordinal);
        Assert.Contains("the gateway ended while it worked", told.Messages[^1].Text, StringComparison.Ordinal);
        Assert.Empty(third.Active);
        Assert.Empty(gateway.Sessions.SubagentsWith(OpenWork.Member, 10));
        Assert.Equal(3, gateway.Model.Requests.Count);
    }

    [Fact]
    public async Task Work_that_waited_is_told_of_too()
    {
        await using AgentFixture gateway = new();
        await SpawnThreeAsync(gateway);
        await EndAsync(gateway);
        await using RunRegistry second = Again(gateway);
        await second.RecoverSubagentsAsync(CancellationToken.None);
        await Task.WhenAll(second.Active.Select(run => run.Completion));

        string said = string.Join('\n', gateway.Sessions.ReadAll(AgentFixture.Key("main")).Select(entry => entry.Message.Content.PlainText));
        Assert.All((string[])["one", "two", "three"], name => Assert.Contains($"Task: {name}\nStatus: interrupted", said, StringComparison.Ordinal));
        Assert.Empty(gateway.Sessions.SubagentsWith(OpenWork.Member, 10));
    }

    [Fact]
    public async Task A_result_that_was_ready_is_not_lost_and_not_told_twice()
    {
        await using AgentFixture gateway = new();
        await gateway.RunAsync(AgentFixture.Request("r1", "hello"));
        SessionKey child = SubagentDesk.NewKey("main");
        gateway.Model.Say("Forty-two.");
        await gateway.RunAsync(new RunRequest { RunId = "work-1", SessionKey = child, Message = "count", Source = "subagent" });
        await LeaveOpenAsync(gateway, child, "work-1", announce: true);

        await using RunRegistry second = Again(gateway);
        await second.RecoverSubagentsAsync(CancellationToken.None);
        await Task.WhenAll(second.Active.Select(run => run.Completion));
        await LeaveOpenAsync(gateway, child, "work-1", announce: true); // as if the process had ended before it took the note away
        int calls = gateway.Model.Requests.Count;
        await using RunRegistry third = Again(gateway);
        await third.RecoverSubagentsAsync(CancellationToken.None);

        string[] said = [.. gateway.Sessions.ReadAll(AgentFixture.Key("main")).Select(entry => entry.Message.Content.PlainText)];
        string told = Assert.Single(said, text => text.Contains("Status: ok", StringComparison.Ordinal));
        Assert.Contains("Forty-two.", told, StringComparison.Ordinal);
        Assert.Equal(calls, gateway.Model.Requests.Count);
        Assert.Empty(gateway.Sessions.SubagentsWith(OpenWork.Member, 10));
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_again_or_given_up()
    {
        await using AgentFixture gateway = new();
        await gateway.RunAsync(AgentFixture.Request("r1", "hello"));
        SessionKey child = SubagentDesk.NewKey("main");
        gateway.Model.Say("Forty-two.");
        await gateway.RunAsync(new RunRequest { RunId = "work-1", SessionKey = child, Message = "count", Source = "subagent" });
        Assert.False(gateway.Runs.HasUntold(child));
        await LeaveOpenAsync(gateway, child, "work-1", announce: true); // as when the parent's queue was full

        Assert.True(gateway.Runs.HasUntold(child));
        Assert.True(await gateway.Runs.SettleUntoldAsync(child, tell: true, CancellationToken.None));
        await Task.WhenAll(gateway.Runs.Active.Select(run => run.Completion));
        int calls = gateway.Model.Requests.Count;

        Assert.Contains("Forty-two.", string.Join('\n', gateway.Sessions.ReadAll(AgentFixture.Key("main")).Select(entry => entry.Message.Content.PlainText)), StringComparison.Ordinal);
        Assert.False(gateway.Runs.HasUntold(child));
        Assert.False(await gateway.Runs.SettleUntoldAsync(child, tell: true, CancellationToken.None));
        await LeaveOpenAsync(gateway, child, "work-1", announce: true);
        Assert.True(await gateway.Runs.SettleUntoldAsync(child, tell: false, CancellationToken.None));
        Assert.False(gateway.Runs.HasUntold(child));
        Assert.Equal(calls, gateway.Model.Requests.Count);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Nobody_is_told_who_did_not_ask_or_is_gone(bool announce, bool parent)
    {
        await using AgentFixture gateway = new();
        if (parent)
        {
            await gateway.RunAsync(AgentFixture.Request("r1", "hello"));
        }

        SessionKey child = SubagentDesk.NewKey("main");
        await gateway.Sessions.GetOrCreateAsync(child, CancellationToken.None);
        await LeaveOpenAsync(gateway, child, "work-1", announce);
        await using RunRegistry second = Again(gateway);
        await second.RecoverSubagentsAsync(CancellationToken.None);

        Assert.Empty(second.Active);
        Assert.Empty(gateway.Sessions.SubagentsWith(OpenWork.Member, 10));
    }

    [Fact]
    public async Task What_a_person_stops_or_what_ends_leaves_nothing_open()
    {
        await using AgentFixture gateway = new();
        await SpawnThreeAsync(gateway);
        Assert.Equal(3, gateway.Sessions.SubagentsWith(OpenWork.Member, 10).Count);
        await gateway.Runs.Subagents.StopAsync(AgentFixture.Key("main"), "rpc");
        await gateway.Runs.Subagents.CloseAsync();

        Assert.Empty(gateway.Sessions.SubagentsWith(OpenWork.Member, 10));
    }

    // Two work, the third waits for its turn.
    private static async Task SpawnThreeAsync(AgentFixture gateway)
    {
        await gateway.RunAsync(AgentFixture.Request("r1", "hello"));
        await gateway.Model.CalledAsync();
        gateway.Model.Hold();
        gateway.Model.Hold();
        foreach (string name in (string[])["one", "two", "three"])
        {
            await SpawnAsync(gateway.Runs, name);
        }

        await gateway.Model.CalledAsync();
        await gateway.Model.CalledAsync();
    }

    private static async Task SpawnAsync(RunRegistry runs, string label)
    {
        using JsonDocument arguments = JsonDocument.Parse($$"""{"task":"Do {{label}}","label":"{{label}}"}""");
        ToolResult result = await new SessionsSpawnTool(() => runs).InvokeAsync(
            new ToolCallContext { SessionKey = AgentFixture.Key("main"), Workspace = "/nowhere" }, arguments.RootElement, CancellationToken.None);
        Assert.False(result.IsError, result.Text);
    }

    // What a process does that is told to end; the next one begins with the recovery of turns.
    private static async Task EndAsync(AgentFixture gateway)
    {
        await gateway.Runs.DrainAsync(TimeSpan.Zero);
        await gateway.Runs.Subagents.CloseAsync();
        await gateway.Sessions.RecoverInterruptedAsync(CancellationToken.None);
    }

    private static async Task LeaveOpenAsync(AgentFixture gateway, SessionKey child, string runId, bool announce)
    {
        using JsonDocument parent = JsonDocument.Parse("\"agent:main:main\"");
        await gateway.Sessions.PatchAsync(
            child,
            new SessionPatch
            {
                Extra = new Dictionary<string, JsonElement?>
                {
                    [SessionReach.SpawnedBy] = parent.RootElement.Clone(),
                    [OpenWork.Member] = OpenWork.Mark(runId, announce),
                },
            },
            CancellationToken.None);
    }

    private static RunRegistry Again(AgentFixture gateway) => new(new AgentRuntime
    {
        Config = () => gateway.Config,
        Agents = () => gateway.Agents,
        Sessions = gateway.Sessions,
        Models = gateway.Models,
        Tools = new ToolRegistry(BuiltInTools.All),
        Events = new RunEventHub(),
        Time = gateway.Time,
        Loggers = NullLoggerFactory.Instance,
    });
}

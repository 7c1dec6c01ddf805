using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.Tests.Import;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw import</c> as a person uses it.</summary>
public sealed class Brings_an_original_over : WithGateway
{
    [Fact]
    public async Task A_gateway_goes_on_with_the_conversations_of_an_original()
    {
        using OriginalState original = new();
        original.Session(
            "agent:main:tea", "0c93be1f-ea08-4ed3-aceb-d0377627d142", """{"label":"About tea"}""",
            OriginalState.Head("0c93be1f-ea08-4ed3-aceb-d0377627d142"), OriginalState.Message("a", null, "user", "is there tea?"), OriginalState.Message("b", "a", "assistant", "there is"));
        original.Write("workspace/MEMORY.md", "likes tea");
        string[] before = original.Seal();
        Dictionary<string, string> variables = Gateway.CommandVariables;

        CommandRun busy = (await CommandRun.OfAsync(variables, ["import", original.Path, "--yes"])).Ends(1);
        CommandRun dry = (await CommandRun.OfAsync(variables, ["import", original.Path])).Ends(0);
        await Gateway.StopAsync();
        CommandRun wrong = (await CommandRun.OfAsync(variables, ["import", original.Path, "--only", "everything"])).Ends(2);
        JsonElement done = (await CommandRun.OfAsync(variables, ["import", original.Path, "--only", "sessions,workspace", "--yes", "--json"])).Ends(0).Json;
        CommandRun again = (await CommandRun.OfAsync(variables, ["import", original.Path, "--yes"])).Ends(0);
        await using RunningGateway after = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await after.ConnectAsync();
        JsonElement list = await client.CallAsync("sessions.list");
        IReadOnlyList<string> history = await client.HistoryAsync("agent:main:tea");
        await client.ChatAsync("agent:main:tea", "[text:and cake]");

        Assert.Contains("stop it first", busy.Error);
        Assert.Contains("sessions: 1 to bring (3 records), 0 left out", dry.Out);
        Assert.Contains("nothing was changed; --yes brings it", dry.Out);
        Assert.Contains("--only takes", wrong.Error);
        Assert.False(done.GetProperty("dryRun").GetBoolean());
        Assert.Equal(["sessions done 2", "workspace done 1"], done.GetProperty("items").EnumerateArray().Select(item =>
            $"{item.GetProperty("kind").GetString()} {item.GetProperty("state").GetString()} {item.GetProperty("verified").GetInt64()}"));
        Assert.Contains("sessions: 0 brought (0 records read back), 1 left out", again.Out);
        Assert.Contains(list.GetProperty("sessions").EnumerateArray(), row => row.GetProperty("key").GetString() == "agent:main:tea" && row.GetProperty("label").GetString() == "About tea");
        Assert.Equal(["user: is there tea?", "assistant: there is"], history);
        Assert.Equal("assistant: and cake", (await client.HistoryAsync("agent:main:tea"))[^1]);
        Assert.Equal("likes tea", await File.ReadAllTextAsync(Path.Combine(Home.Workspace, "MEMORY.md")));
        Assert.Equal(before, original.Seal());
    }
}

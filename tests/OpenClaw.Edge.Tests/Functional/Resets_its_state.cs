using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw reset</c> as a person uses it.</summary>
public sealed class Resets_its_state : WithGateway
{
    [Fact]
    public async Task Sessions_go_after_a_backup_that_brings_them_back()
    {
        await using (GatewayTestClient client = await Gateway.ConnectAsync())
        {
            await client.ChatAsync("main", "[text:kept]");
        }

        Dictionary<string, string> variables = Gateway.CommandVariables;
        CommandRun busy = (await Gateway.RunAsync("reset", "--scope", "sessions", "--yes")).Ends(1);
        await Gateway.StopAsync();
        CommandRun dry = (await CommandRun.OfAsync(variables, ["reset", "--scope", "full", "--dry-run"])).Ends(0);
        CommandRun unasked = (await CommandRun.OfAsync(variables, ["reset", "--scope", "full"])).Ends(2);
        CommandRun noScope = (await CommandRun.OfAsync(variables, ["reset", "--non-interactive", "--yes"])).Ends(2);
        JsonElement done = (await CommandRun.OfAsync(variables, ["reset", "--scope", "sessions", "--yes", "--json"])).Ends(0).Json;
        string backup = done.GetProperty("backup").GetString()!;
        await using (RunningGateway empty = await RunningGateway.StartAsync(Home))
        {
            await using GatewayTestClient client = await empty.ConnectAsync();
            Assert.Empty(await client.HistoryAsync("main"));
            await empty.StopAsync();
        }

        (await CommandRun.OfAsync(variables, ["backup", "restore", backup, "--yes"])).Ends(0);
        await using RunningGateway again = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient after = await again.ConnectAsync();

        Assert.Equal(["user: [text:kept]", "assistant: kept"], await after.HistoryAsync("main"));
        Assert.Contains("stop it first", busy.Error);
        Assert.Contains("nothing was changed", dry.Out);
        Assert.Contains("--yes", unasked.Error);
        Assert.Contains("--scope", noScope.Error);
    }
}

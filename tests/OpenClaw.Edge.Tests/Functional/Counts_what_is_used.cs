using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Tokens, money and model time: counted, shown, capped.</summary>
public sealed class Counts_what_is_used : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync() => await StartAsync("");

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Theory]
    [InlineData("day", "labelled by day")]
    [InlineData("session", "agent:main:main")]
    [InlineData("model", "lab/scripted:8b")]
    public async Task The_command_shows_sums(string by, string row)
    {
        model.Enqueue(ModelAnswer.Say("Hello.") with { PromptTokens = 100, CompletionTokens = 7, FirstPieceDelay = TimeSpan.FromMilliseconds(150) });
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        CommandRun shown = (await gateway.RunAsync("usage", "--by", by)).Ends(0);
        CommandRun json = (await gateway.RunAsync("usage", "--by", by, "--json")).Ends(0);

        Assert.Contains(by == "day" ? $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}" : row, shown.Out);
        string total = shown.Out.Split('\n').Single(line => line.StartsWith("total", StringComparison.Ordinal));
        Assert.Matches(@"^total\s+100\s+7\s+\$0\.0000\s+0\.[1-9]\d* s", total);
        Assert.Contains("\"modelMs\": ", json.Out);
        (await gateway.RunAsync("usage", "--days", "0")).Ends(2);
    }

    [Theory]
    [InlineData("day", "it starts over at 00:00 UTC")]
    [InlineData("session", "another session starts at nothing")]
    public async Task A_cap_on_model_time_stops_the_next_call(string scope, string wayOut)
    {
        await gateway.DisposeAsync();
        home.Dispose();
        await StartAsync($"usage: {{ limits: {{ {scope}: {{ cpuSeconds: 0.1 }} }} }},");
        model.Enqueue(ModelAnswer.Say("Slow.") with { FirstPieceDelay = TimeSpan.FromMilliseconds(200) });
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn first = await client.ChatAsync("main", "hello");
        ChatTurn second = await client.ChatAsync("main", "hello");

        Assert.Equal(("final", "error"), (first.State, second.State));
        Assert.Contains($"the limit of this {scope} is used up: 0 of 0.1 seconds of model work. Wait ({wayOut}), or raise usage.limits.{scope}.cpuSeconds.", second.Error);
        Assert.Single(model.ChatRequests);
    }

    private async Task StartAsync(string more)
    {
        home = new GatewayHome(model.BaseUri, more);
        gateway = await RunningGateway.StartAsync(home);
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Gateway;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw token rotate</c> against a gateway that runs, and without one.</summary>
public sealed class Rotates_its_token : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;

    private string TokenPath => Path.Combine(home.StateDir, "gateway-token");

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri, "gateway: { auth: { mode: \"token\" } },");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Old_and_new_token_open_for_the_grace_period()
    {
        RunningGateway gateway = await RunningGateway.StartAsync(home);
        string old = Token();
        await using GatewayTestClient before = await GatewayTestClient.ConnectAsync(gateway.BaseUri, old);

        CommandRun rotated = (await gateway.RunAsync("token", "rotate", "--grace", "1h")).Ends(0);

        string now = Token();
        ChatTurn turn = await before.ChatAsync("main", "[text:still here]");
        await using (GatewayTestClient byOld = await GatewayTestClient.ConnectAsync(gateway.BaseUri, old))
        await using (GatewayTestClient byNew = await GatewayTestClient.ConnectAsync(gateway.BaseUri, now))
        {
            await byOld.CallAsync("health");
            await byNew.CallAsync("health");
        }

        (int status, _) = await gateway.JsonAsync(HttpMethod.Get, "/v1/models", token: old);
        await gateway.StopAsync();
        await gateway.DisposeAsync();
        await using RunningGateway again = await RunningGateway.StartAsync(home);
        await using GatewayTestClient after = await GatewayTestClient.ConnectAsync(again.BaseUri, old);
        (await again.RunAsync("token", "rotate", "--grace", "0")).Ends(0);
        await Guard.Within(after.Ended);
        (int ended, _) = await again.JsonAsync(HttpMethod.Get, "/v1/models", token: now);
        (int opens, _) = await again.JsonAsync(HttpMethod.Get, "/v1/models", token: Token());

        Assert.NotEqual(old, now);
        Assert.DoesNotContain(now, rotated.Out);
        Assert.Contains(TokenPath, rotated.Out);
        Assert.Equal("still here", turn.Final);
        Assert.Equal(((WebSocketCloseStatus)4001, "gateway auth changed"), (after.CloseStatus!.Value, after.CloseReason));
        Assert.Equal((200, 401, 200), (status, ended, opens));
        string[] journal = await File.ReadAllLinesAsync(Path.Combine(home.StateDir, "care.jsonl"));
        Assert.Equal(2, journal.Length);
        Assert.All(journal, line => Assert.Contains("\"action\":\"token.rotate\",\"by\":\"the shared token\"", line));
    }

    [Fact]
    public async Task Who_came_in_by_the_old_token_goes_when_it_opens_no_more()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        string old = Token();
        TestDevice device = new();
        await using GatewayTestClient paired = await device.ConnectAsync(gateway.BaseUri, new Dictionary<string, string> { ["token"] = old }, scopes: ["operator.read"]);
        string own = paired.Hello.GetProperty("auth").GetProperty("deviceToken").GetString()!;
        await using GatewayTestClient byDevice = await device.ConnectAsync(gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = own }, scopes: ["operator.read"]);
        await using GatewayTestClient before = await GatewayTestClient.ConnectAsync(gateway.BaseUri, old);

        (await gateway.RunAsync("token", "rotate", "--grace", "1h")).Ends(0);
        await using GatewayTestClient inGrace = await GatewayTestClient.ConnectAsync(gateway.BaseUri, old);
        await before.CallAsync("health");
        (await gateway.RunAsync("token", "rotate", "--grace", "0")).Ends(0);

        foreach (GatewayTestClient client in (GatewayTestClient[])[before, inGrace, paired])
        {
            await Guard.Within(client.Ended);
            Assert.Equal(((WebSocketCloseStatus)4001, "gateway auth changed"), (client.CloseStatus!.Value, client.CloseReason));
        }

        await byDevice.CallAsync("health");
        await using GatewayTestClient byNew = await GatewayTestClient.ConnectAsync(gateway.BaseUri, Token());
        await byNew.CallAsync("health");
    }

    [Fact]
    public async Task Needs_the_admin_scope_and_a_token_of_its_own()
    {
        await using (RunningGateway gateway = await RunningGateway.StartAsync(home))
        {
            await using GatewayTestClient reader = await GatewayTestClient.ConnectAsync(gateway.BaseUri, Token(), "operator.read", "operator.write");
            GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => reader.CallAsync("gateway.token.rotate"));
            Assert.Contains("operator.admin", refused.Message);
            await gateway.StopAsync();
        }

        home.WriteConfig();
        await using RunningGateway held = await RunningGateway.StartAsync(home);
        CommandRun config = (await held.RunAsync("token", "rotate")).Ends(1);
        CommandRun tooLong = (await held.RunAsync("token", "rotate", "--grace", "30d")).Ends(2);

        Assert.Contains("gateway.auth.token", config.Error);
        Assert.Contains("7d is the most", tooLong.Error);
    }

    [Fact]
    public async Task Works_without_a_gateway()
    {
        await using (RunningGateway gateway = await RunningGateway.StartAsync(home))
        {
            await gateway.StopAsync();
        }

        string old = Token();
        JsonElement told = (await CommandRun.OfAsync(home.Variables, ["token", "rotate", "--json"])).Ends(0).Json;
        await using RunningGateway again = await RunningGateway.StartAsync(home);
        await using GatewayTestClient byOld = await GatewayTestClient.ConnectAsync(again.BaseUri, old);

        Assert.Equal(TokenPath, told.GetProperty("path").GetString());
        Assert.NotEqual(old, Token());
    }

    private string Token() => File.ReadAllText(TokenPath).Trim();
}

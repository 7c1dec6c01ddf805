using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A gateway's life: start, reload, refusals, and an end that loses nothing.</summary>
public sealed class Starts_and_stops : WithHome
{
    [Fact]
    public async Task Starts_from_the_root_directory_as_systemd_does()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home, "/");

        (int status, _) = await gateway.JsonAsync(HttpMethod.Get, "/healthz", token: "");

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Second_gateway_on_the_same_state_is_refused_and_told_who_holds_it()
    {
        await using RunningGateway first = await RunningGateway.StartAsync(Home);

        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(Home));

        Assert.Contains(Home.StateDir, refused.Message);
        Assert.DoesNotContain("Waited", refused.Message);
    }

    [Fact]
    public async Task Generated_token_is_a_file_only_its_owner_may_read()
    {
        Home.WriteConfig("gateway: { bind: \"loopback\" },");
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        string path = Path.Combine(Home.StateDir, "gateway-token");

        (int status, _) = await gateway.JsonAsync(HttpMethod.Get, "/v1/models", token: (await File.ReadAllTextAsync(path)).Trim());

        Assert.Equal(200, status);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("""gateway: { bind: "lan", auth: { mode: "none" } },""")]
    [InlineData("""gateway: { bind: "lan", auth: { mode: "token", token: "changeme" } },""")]
    public async Task Start_beyond_loopback_without_strong_authentication_is_refused(string members)
    {
        Home.WriteConfig(members);

        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(Home));

        Assert.Contains("auth", refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Waited", refused.Message);
    }

    [Fact]
    public async Task Broken_file_at_a_reload_keeps_the_last_good_configuration()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await gateway.ConnectAsync();

        Home.WriteRawConfig("{ this is : not [ json5");
        await gateway.ReloadAsync();
        ChatTurn turn = await client.ChatAsync("main", "[text:still here]");

        Assert.Equal("still here", turn.Final);
    }

    [Fact]
    public async Task Stop_waits_for_the_turn_that_runs()
    {
        TaskCompletionSource rest = new();
        Model.Enqueue(new ModelAnswer { Pieces = ["begun", " and ended"], HoldRest = rest.Task, HoldAt = 1 });
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");

        Task stopping = gateway.StopAsync();
        rest.SetResult();
        await Guard.Within(stopping, limit: TimeSpan.FromSeconds(20));
        await gateway.DisposeAsync();
        await using RunningGateway again = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient reader = await again.ConnectAsync();

        Assert.Contains("assistant: begun and ended", await reader.HistoryAsync("main"));
    }

    [Fact]
    public async Task Turn_that_does_not_end_in_time_is_stored_as_far_as_it_came()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["half", " lost"], HoldRest = new TaskCompletionSource().Task, HoldAt = 1 });
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk on");
        await client.ChatEventAsync(run, "delta");

        long began = TimeProvider.System.GetTimestamp();
        await Guard.Within(gateway.StopAsync(), limit: TimeSpan.FromSeconds(25));
        TimeSpan took = TimeProvider.System.GetElapsedTime(began);
        await gateway.DisposeAsync();
        await using RunningGateway again = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient reader = await again.ConnectAsync();
        string history = string.Join('\n', await reader.HistoryAsync("main"));

        Assert.True(took < TimeSpan.FromSeconds(15), $"{took}");
        Assert.Contains("user: talk on", history);
        Assert.Contains("half", history);
    }

    [Fact]
    public async Task Answers_with_the_built_in_model_when_none_is_configured()
    {
        Home.WriteRawConfig("""{ models: { mode: "replace" }, agents: { defaults: { model: { primary: "demo/assistant" } } },""" + Home.Gateway() + "}");
        await using RunningGateway gateway = await RunningGateway.StartAsync(Home);

        (int status, JsonElement body) = await gateway.JsonAsync(
            HttpMethod.Post, "/v1/chat/completions", """{"model":"openclaw","messages":[{"role":"user","content":"hello"}]}""");

        Assert.True(status == 200, body.GetRawText());
        Assert.NotEmpty(body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
    }
}

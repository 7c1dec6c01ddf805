using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>SIGTERM in the middle of an answer: who waits for it gets it, whatever the door; who comes later is told why not.</summary>
public sealed class Lets_turns_end_at_a_stop : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        rest.TrySetResult();
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Waiting_command_prints_the_whole_answer()
    {
        Hold("begun", " and ended");
        Task<CommandRun> agent = gateway.RunAsync("agent", "--message", "talk");
        await ModelWasAskedAsync();

        Task stopping = await BeginStopAsync();
        rest.SetResult();
        CommandRun run = await agent;
        await stopping;

        Assert.Equal("begun and ended", run.Ends(0).Out.Trim());
    }

    [Fact]
    public async Task Waiting_socket_hears_the_answer_then_the_stop_then_close_1012()
    {
        Hold("begun", " and ended");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        Task<JsonElement> agent = client.CallToTheEndAsync("agent", """{"message":"talk","sessionKey":"main","idempotencyKey":"k1"}""");
        await client.ChatEventAsync("k1", "delta");

        Task stopping = await BeginStopAsync();
        Assert.DoesNotContain(client.Events, frame => frame.GetProperty("event").ValueEquals("shutdown"));
        rest.SetResult();
        JsonElement answer = await agent;
        await Guard.Within(client.Ended);
        await stopping;

        Assert.Equal("ok", answer.GetProperty("status").GetString());
        Assert.Equal("begun and ended", answer.GetProperty("result").GetProperty("payloads")[0].GetProperty("text").GetString());
        string[] told = [.. client.Events.Select(Name).Where(name => name is "chat final" or "shutdown")];
        Assert.Equal(["chat final", "shutdown"], told);
        Assert.Equal((1012, "service restart"), ((int)client.CloseStatus!, client.CloseReason));
    }

    [Theory]
    [InlineData("openclaw", true)]
    [InlineData("openclaw", false)]
    [InlineData("labopen/scripted:8b", true)]
    public async Task Waiting_request_gets_the_whole_answer(string name, bool streamed)
    {
        Hold("begun", " and ended");
        string body = $$"""{"model":"{{name}}","stream":{{(streamed ? "true" : "false")}},"messages":[{"role":"user","content":"talk"}]}""";
        Task<HttpResponseMessage> asked = gateway.SendAsync(HttpMethod.Post, "/v1/chat/completions", body);
        await ModelWasAskedAsync();

        Task stopping = await BeginStopAsync();
        rest.SetResult();
        using HttpResponseMessage response = await asked;
        string text = await response.Content.ReadAsStringAsync();
        await stopping;

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("and ended", text);
        Assert.Equal(streamed, text.TrimEnd().EndsWith("data: [DONE]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_work_is_refused_meanwhile_and_reading_goes_on()
    {
        Hold("begun", " and ended");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");

        Task stopping = await BeginStopAsync();
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.SendChatAsync("other", "too late"));
        (int status, JsonElement body) = await gateway.JsonAsync(
            HttpMethod.Post, "/v1/chat/completions", """{"model":"openclaw","messages":[{"role":"user","content":"too late"}]}""");
        (int direct, _) = await gateway.JsonAsync(
            HttpMethod.Post, "/v1/chat/completions", """{"model":"labopen/scripted:8b","messages":[{"role":"user","content":"too late"}]}""");
        IReadOnlyList<string> history = await client.HistoryAsync("main");
        (int ready, JsonElement why) = await gateway.JsonAsync(HttpMethod.Get, "/readyz");
        rest.SetResult();
        await stopping;

        Assert.Equal(("UNAVAILABLE", "UNAVAILABLE: gateway restart in progress"), (refused.Code, refused.Message));
        Assert.Equal((503, "gateway_draining"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("shutting down", body.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(503, direct);
        Assert.Equal(["user: talk"], history);
        Assert.Equal(503, ready);
        Assert.Contains("gateway-draining", why.GetProperty("failing").EnumerateArray().Select(part => part.GetString()));
    }

    [Fact]
    public async Task Turn_that_outlasts_the_ten_seconds_is_told_to_who_waits()
    {
        Hold("half", " lost");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        Task<JsonElement> agent = client.CallToTheEndAsync("agent", """{"message":"talk","sessionKey":"main","idempotencyKey":"k2"}""");
        await client.ChatEventAsync("k2", "delta");

        await Guard.Within(gateway.StopAsync(), limit: TimeSpan.FromSeconds(25));
        JsonElement answer = await agent;

        Assert.Equal("timeout", answer.GetProperty("status").GetString());
        Assert.Equal("half", answer.GetProperty("result").GetProperty("payloads")[0].GetProperty("text").GetString());
        Assert.Equal("aborted", (await client.ChatEventAsync("k2", "final", "error", "aborted")).GetProperty("state").GetString());
        Assert.Equal((WebSocketCloseStatus)1012, client.CloseStatus);
    }

    private void Hold(params string[] pieces) =>
        model.Enqueue(new ModelAnswer { Pieces = pieces, HoldRest = rest.Task, HoldAt = 1 });

    private Task ModelWasAskedAsync() => Eventually.HoldsAsync(() => Task.FromResult(model.ChatRequests.Count > 0), "the model's request");

    // Returns once the gateway says that it drains; the task is its end.
    private async Task<Task> BeginStopAsync()
    {
        Task stopping = Guard.Within(gateway.StopAsync(), limit: TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(
            async () => (await gateway.JsonAsync(HttpMethod.Get, "/startup")).Body.GetProperty("status").ValueEquals("draining"), "the drain");
        return stopping;
    }

    private static string Name(JsonElement frame)
    {
        string name = frame.GetProperty("event").GetString()!;
        return name == "chat" ? $"chat {frame.GetProperty("payload").GetProperty("state").GetString()}" : name;
    }
}

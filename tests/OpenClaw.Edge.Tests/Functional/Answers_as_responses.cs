using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>/v1/responses</c> as a client sees it, over a restart too.</summary>
public sealed class Answers_as_responses : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Answer_can_be_gone_on_from_after_a_restart()
    {
        (int status, JsonElement first) = await gateway.JsonAsync(HttpMethod.Post, "/v1/responses", """{"input":"[text:one]"}""");
        await gateway.StopAsync();
        await gateway.DisposeAsync();
        gateway = await RunningGateway.StartAsync(home);
        string body = $$"""{"input":"[text:two]","previous_response_id":"{{first.GetProperty("id").GetString()}}"}""";
        (int again, JsonElement second) = await gateway.JsonAsync(HttpMethod.Post, "/v1/responses", body);

        Assert.Equal((200, 200), (status, again));
        Assert.Equal("two", second.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Contains("[text:one]", model.ChatRequests[^1].BodyText);
    }

    [Fact]
    public async Task Stream_ends_with_completed_and_done()
    {
        using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Post, "/v1/responses", """{"input":"[tokens:50]","stream":true}""");
        string stream = await response.Content.ReadAsStringAsync();

        Assert.StartsWith("event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_", stream);
        Assert.Contains("event: response.completed\n", stream);
        Assert.EndsWith("data: [DONE]\n\n", stream);
        Assert.Contains(JsonEncodedText.Encode(TokenStream.Text(50)).ToString(), stream);
    }

    [Fact]
    public async Task Without_the_token_it_is_401()
    {
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Post, "/v1/responses", "{}", token: "");

        Assert.Equal(401, status);
        Assert.Equal("unauthorized", body.GetProperty("error").GetProperty("type").GetString());
    }
}

using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Limits that a script against the original cannot show: they take too long or too much there.</summary>
public sealed class Limits_of_a_connection : WithClient
{
    private const string Color = """[{"questionId":"color","header":"Color","question":"Which?","options":[]}]""";

    [Fact]
    public async Task The_257th_request_at_once_is_told_to_come_again()
    {
        await using GatewayTestClient other = await Gateway.ConnectAsync();
        await Client.CallAsync("question.request", $$"""{"id":"q","questions":{{Color}}}""");
        Task<JsonElement>[] waiting = [.. Enumerable.Range(0, 256).Select(_ => Client.CallAsync("question.waitAnswer", """{"id":"q"}"""))];

        GatewayCallException busy = await RefusedAsync("health", "{}");
        await other.CallAsync("health");
        await other.CallAsync("question.resolve", """{"id":"q","cancel":true}""");
        JsonElement[] answers = await Guard.Within(Task.WhenAll(waiting));

        Assert.Equal("UNAVAILABLE: The server is busy. Please try again in a moment.", busy.Message);
        Assert.True(busy.Error.GetProperty("retryable").GetBoolean());
        Assert.All(answers, answer => Assert.Equal("cancelled", answer.GetProperty("status").GetString()));
        await Client.CallAsync("health");
    }

    [Fact]
    public async Task Requests_that_wait_keep_50_MiB_of_params_at_most()
    {
        await using GatewayTestClient other = await Gateway.ConnectAsync();
        await Client.CallAsync("question.request", $$"""{"id":"q","questions":{{Color}}}""");
        string big = $$"""{"id":"q"{{new string(' ', 24 << 20)}}}""";
        Task<JsonElement>[] waiting = [Client.CallAsync("question.waitAnswer", big), Client.CallAsync("question.waitAnswer", big)];

        GatewayCallException busy = await RefusedAsync("health", $$"""{{{new string(' ', 4 << 20)}}}""");
        await Client.CallAsync("health");
        await other.CallAsync("question.resolve", """{"id":"q","cancel":true}""");
        await Guard.Within(Task.WhenAll(waiting));

        Assert.Equal("UNAVAILABLE: The server is busy. Please try again in a moment.", busy.Message);
        await Client.CallAsync("health", $$"""{{{new string(' ', 4 << 20)}}}""");
    }

    [Fact]
    public async Task A_history_is_six_MiB_at_most()
    {
        string text = new('x', 1_500_000);
        await Client.ChatAsync("main", "first [text:one]");
        for (int i = 0; i < 5; i++)
        {
            await Client.CallAsync("chat.inject", $$"""{"sessionKey":"main","message":"{{i}} {{text}}"}""");
        }

        JsonElement page = await Client.CallAsync("chat.history", """{"sessionKey":"main","limit":1000}""");

        Assert.InRange(Encoding.UTF8.GetByteCount(page.GetRawText()), 4_500_000, (6 * 1024 * 1024) + 20_000);
        Assert.Equal(7, page.GetProperty("totalMessages").GetInt32());
        Assert.True(page.GetProperty("hasMore").GetBoolean());
        string next = page.GetProperty("nextOffset").GetRawText();
        JsonElement rest = await Client.CallAsync("chat.history", $$"""{"sessionKey":"main","limit":1000,"offset":{{next}}}""");
        Assert.Equal(7, page.GetProperty("messages").GetArrayLength() + rest.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task Another_secret_ends_those_who_came_in_by_the_old_one()
    {
        TestDevice device = new();
        await using GatewayTestClient first = await device.ConnectAsync(Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token }, scopes: ["operator.read"]);
        string own = first.Hello.GetProperty("auth").GetProperty("deviceToken").GetString()!;
        await using GatewayTestClient byDevice = await device.ConnectAsync(Gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = own }, scopes: ["operator.read"]);
        string hash = (await Client.CallAsync("config.get")).GetProperty("hash").GetString()!;

        await Client.CallAsync(
            "config.patch",
            """{"raw":"{\"gateway\":{\"auth\":{\"token\":\"another-0123456789abcdef0123456789\"}}}","baseHash":"HASH"}""".Replace("HASH", hash, StringComparison.Ordinal));
        await Guard.Within(Client.Ended);
        await Guard.Within(first.Ended);

        Assert.Equal(((WebSocketCloseStatus)4001, "gateway auth changed"), (Client.CloseStatus!.Value, Client.CloseReason));
        Assert.Equal("gateway auth changed", first.CloseReason);
        await byDevice.CallAsync("health");
        await using GatewayTestClient again = await GatewayTestClient.ConnectAsync(Gateway.BaseUri, "another-0123456789abcdef0123456789");
        await again.CallAsync("health");
        await Assert.ThrowsAsync<GatewayCallException>(() => GatewayTestClient.ConnectAsync(Gateway.BaseUri, Home.Token));
    }
}

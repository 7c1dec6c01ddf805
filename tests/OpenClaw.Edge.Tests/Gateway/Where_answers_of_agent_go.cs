using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>agent</c> with <c>deliver</c>, <c>channel</c> and <c>lane</c> where there are no messengers.</summary>
public sealed class Where_answers_of_agent_go : WithGateway
{
    [Theory]
    [InlineData(""" "channel":"nope" """, "invalid agent params: unknown channel: nope")]
    [InlineData(""" "replyChannel":" Nope " """, "invalid agent params: unknown channel: nope")]
    [InlineData(""" "channel":"x telegram" """, "invalid agent params: unknown channel: x telegram")]
    [InlineData(""" "deliver":true """, "Channel is required (no configured channels detected).")]
    [InlineData(""" "deliver":true,"channel":"webchat" """, "Channel is required (no configured channels detected).")]
    [InlineData(""" "deliver":true,"channel":"telegram","to":"123" """, "delivery to telegram is not possible: there are no messengers here.")]
    [InlineData(""" "sessionKey":"main","deliver":true,"bestEffortDeliver":false """, "Channel is required (no configured channels detected).")]
    [InlineData(""" "lane":5 """, "invalid agent params: at /lane: must be string")]
    public async Task A_wish_that_cannot_be_met_is_refused_before_a_model_is_asked(string members, string expected)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync(
            "agent", $$"""{"sessionKey":"side","message":"hi","idempotencyKey":"d-1",{{members}}}"""));

        Assert.StartsWith($"INVALID_REQUEST: {expected}", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Model.ChatRequests);
    }

    [Theory]
    [InlineData(""" "deliver":true,"bestEffortDeliver":true """, "channel_resolved_to_internal")]
    [InlineData(""" "deliver":true,"bestEffortDeliver":true,"channel":"telegram" """, "invalid_delivery_target")]
    [InlineData(""" "sessionKey":"main","deliver":true """, "channel_resolved_to_internal")] // the main session is told by its readers
    public async Task Where_the_best_effort_is_enough_the_end_says_that_nothing_was_delivered(string members, string reason)
    {
        Model.Enqueue(ModelAnswer.Say("Done."));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement result = (await client.CallToTheEndAsync(
            "agent", $$"""{"sessionKey":"side","message":"hi","idempotencyKey":"d-2",{{members}}}""")).GetProperty("result");
        JsonElement waited = await client.CallAsync("agent.wait", """{"runId":"d-2"}""");

        Assert.Equal("Done.", result.GetProperty("payloads")[0].GetProperty("text").GetString());
        Assert.False(result.GetProperty("deliverySucceeded").GetBoolean());
        Assert.Equal(
            $$"""{"requested":true,"attempted":false,"status":"failed","succeeded":false,"error":true,"reason":"{{reason}}"}""",
            result.GetProperty("deliveryStatus").GetRawText());
        Assert.Equal("""{"status":"failed","resultCount":0}""", waited.GetProperty("terminalDelivery").GetRawText());
    }

    [Theory]
    [InlineData(""" "channel":"last" """)]
    [InlineData(""" "channel":"telegram" """)]
    [InlineData(""" "deliver":false,"channel":"webchat" """)]
    public async Task Who_only_says_where_it_came_from_hears_nothing_of_delivery(string members)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement result = (await client.CallToTheEndAsync(
            "agent", $$"""{"sessionKey":"side","message":"hi","idempotencyKey":"d-3",{{members}}}""")).GetProperty("result");

        Assert.False(result.TryGetProperty("deliveryStatus", out _));
        Assert.False((await client.CallAsync("agent.wait", """{"runId":"d-3"}""")).TryGetProperty("terminalDelivery", out _));
    }

    [Fact]
    public async Task A_lane_that_is_named_runs_one_turn_at_a_time_and_is_listed_while_it_is_used()
    {
        TaskCompletionSource rest = new();
        Model.Enqueue(new ModelAnswer { Pieces = ["one", " two"], HoldRest = rest.Task, HoldAt = 1 }, ModelAnswer.Say("second"));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("agent", """{"sessionKey":"a","message":"hi","idempotencyKey":"l-1","lane":"mine"}""");
        await client.ChatEventAsync("l-1", "delta");
        await client.CallAsync("agent", """{"sessionKey":"b","message":"hi","idempotencyKey":"l-2","lane":"mine"}""");
        JsonElement during = await LaneAsync(client, "mine");
        rest.SetResult();
        await client.CallAsync("agent.wait", """{"runId":"l-2"}""");

        Assert.Equal((1, 1, 1), (
            during.GetProperty("activeCount").GetInt32(), during.GetProperty("queuedCount").GetInt32(), during.GetProperty("maxConcurrent").GetInt32()));
        Assert.Equal(JsonValueKind.Undefined, (await LaneAsync(client, "mine")).ValueKind);
        Assert.Equal(512, (await LaneAsync(client, "main")).GetProperty("maxConcurrent").GetInt32());
        Assert.Equal(2, (await LaneAsync(client, "subagent")).GetProperty("maxConcurrent").GetInt32());
    }

    private static async Task<JsonElement> LaneAsync(GatewayTestClient client, string name) =>
        (await client.CallAsync("diagnostics.lanes")).GetProperty("lanes").EnumerateArray().FirstOrDefault(lane => lane.GetProperty("lane").ValueEquals(name));
}

using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A client whose connection breaks in the middle of a turn finds the turn again, and nothing is done twice.</summary>
public sealed class Clients_come_back : WithGateway
{
    private readonly TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_turn_goes_on_without_its_client_and_is_found_running_with_its_text_so_far()
    {
        await StartAndDropAsync("back-1");
        await using GatewayTestClient back = await Gateway.ConnectAsync();
        JsonElement row = await RowAsync(back);
        JsonElement page = await back.CallAsync("chat.history", """{"sessionKey":"main","limit":20}""");
        string during = (await back.CallAsync("chat.send", Message("back-1"))).GetProperty("status").GetString()!;
        rest.SetResult();
        JsonElement final = await back.ChatEventAsync("back-1", "final");

        Assert.True(row.GetProperty("hasActiveRun").GetBoolean());
        Assert.Equal(["back-1"], Texts(page.GetProperty("sessionInfo").GetProperty("activeRunIds")));
        JsonElement running = page.GetProperty("inFlightRun");
        Assert.Equal(("back-1", "Once upon"), (running.GetProperty("runId").GetString(), running.GetProperty("text").GetString()));
        Assert.Equal("in_flight", during);
        Assert.Equal("Once upon a time.", GatewayTestClient.TextOf(final.GetProperty("message")));
        Assert.False((await RowAsync(back)).GetProperty("hasActiveRun").GetBoolean());
        Assert.Single(Model.ChatRequests);
    }

    [Fact]
    public async Task A_turn_that_ended_meanwhile_is_in_the_history_and_its_key_is_used()
    {
        await StartAndDropAsync("back-2");
        await using GatewayTestClient waiting = await Gateway.ConnectAsync();
        Task<JsonElement> ended = waiting.CallAsync("agent.wait", """{"runId":"back-2","timeoutMs":15000}""");
        rest.SetResult();
        Assert.Equal("ok", (await ended).GetProperty("status").GetString());

        await using GatewayTestClient back = await Gateway.ConnectAsync();
        JsonElement again = await back.CallAsync("chat.send", Message("back-2"));

        Assert.Equal(["user: tell", "assistant: Once upon a time."], (await back.HistoryAsync("main")).Select(line => line.EndsWith("tell", StringComparison.Ordinal) ? "user: tell" : line));
        Assert.Equal(("back-2", "ok"), (again.GetProperty("runId").GetString(), again.GetProperty("status").GetString()));
        Assert.Single(Model.ChatRequests);
    }

    [Fact]
    public async Task An_agent_call_that_is_repeated_after_the_connection_broke_is_in_flight_and_then_has_the_result_of_the_first()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["Once upon", " a time."], HoldRest = rest.Task });
        using (RawSocket first = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token))
        {
            await first.CallAsync("agent", Agent);
            await first.NextAsync("chat");
        }

        using RawSocket back = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        JsonElement during = await back.CallAsync("agent", Agent);
        rest.SetResult();
        await back.CallAsync("agent.wait", """{"runId":"back-3","timeoutMs":15000}""");
        JsonElement after = await back.CallAsync("agent", Agent);

        Assert.Equal("in_flight", during.GetProperty("payload").GetProperty("status").GetString());
        Assert.Equal(("back-3", "ok"), (after.GetProperty("payload").GetProperty("runId").GetString(), after.GetProperty("payload").GetProperty("status").GetString()));
        Assert.Contains("Once upon a time.", after.GetRawText(), StringComparison.Ordinal);
        Assert.Single(Model.ChatRequests);
    }

    [Fact]
    public async Task A_client_that_is_back_can_stop_the_turn_it_left()
    {
        await StartAndDropAsync("back-4");
        await using GatewayTestClient back = await Gateway.ConnectAsync();
        JsonElement stopped = await back.CallAsync("chat.abort", """{"sessionKey":"main","runId":"back-4"}""");
        JsonElement aborted = await back.ChatEventAsync("back-4", "aborted");

        Assert.Equal(["back-4"], Texts(stopped.GetProperty("runIds")));
        Assert.Equal("Once upon", GatewayTestClient.TextOf(aborted.GetProperty("message")));
        rest.TrySetResult();
    }

    private const string Agent = """{"message":"tell","sessionKey":"agent:main:main","idempotencyKey":"back-3"}""";

    private static string Message(string key) => $$"""{"sessionKey":"main","message":"tell","idempotencyKey":"{{key}}"}""";

    private static async Task<JsonElement> RowAsync(GatewayTestClient client) =>
        (await client.CallAsync("sessions.list", """{"limit":10}""")).GetProperty("sessions").EnumerateArray().Single(row => row.GetProperty("key").ValueEquals("agent:main:main"));

    private async Task StartAndDropAsync(string key)
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["Once upon", " a time."], HoldRest = rest.Task });
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("chat.send", Message(key));
        await client.ChatEventAsync(key, "delta");
        client.Abort();
        await Guard.Within(client.Ended);
    }
}

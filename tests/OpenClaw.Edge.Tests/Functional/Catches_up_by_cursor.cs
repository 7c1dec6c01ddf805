using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>chat.history</c> with a <c>cursor</c>: a page that was away asks only for what it missed.</summary>
public sealed class Catches_up_by_cursor : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;
    private GatewayTestClient client = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
        client = await gateway.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Messages_since_the_cursor_come_once_as_events_would_have_told_them()
    {
        await client.ChatAsync("main", "[text:first]");
        string cursor = Cursor(await HistoryAsync());
        await client.CallAsync("sessions.messages.subscribe", """{"key":"main"}""");
        await client.ChatAsync("main", "[text:second]");

        JsonElement delta = await HistoryAsync(cursor);
        JsonElement told = (await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("session.message")
            && frame.GetProperty("payload").GetProperty("message").GetProperty("role").ValueEquals("assistant"))).GetProperty("payload");

        JsonElement[] messages = [.. delta.GetProperty("messages").EnumerateArray()];
        Assert.Equal("delta", delta.GetProperty("kind").GetString());
        Assert.Equal(["user: [text:second]", "assistant: second"], messages.Select(Line));
        Assert.Equal(told.GetProperty("message").GetRawText(), messages[1].GetProperty("message").GetRawText());
        Assert.Equal(
            told.EnumerateObject().Select(member => member.Name).Where(Steady), messages[1].EnumerateObject().Select(member => member.Name).Where(Steady));
        Assert.Equal((3, 4), (messages[0].GetProperty("messageSeq").GetInt32(), messages[1].GetProperty("messageSeq").GetInt32()));
        Assert.Equal("agent:main:main", delta.GetProperty("sessionInfo").GetProperty("key").GetString());
        Assert.Empty((await HistoryAsync(Cursor(delta))).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task Turn_that_runs_is_in_the_delta()
    {
        await client.ChatAsync("main", "[text:first]");
        string cursor = Cursor(await HistoryAsync());
        TaskCompletionSource rest = new();
        model.Enqueue(new ModelAnswer { Pieces = ["begun", " and ended"], HoldRest = rest.Task, HoldAt = 1 });
        string run = await client.SendChatAsync("main", "go on");
        await client.ChatEventAsync(run, "delta");

        JsonElement delta = await HistoryAsync(cursor);
        rest.SetResult();
        await client.FollowAsync(run);

        Assert.Equal((run, "begun"), (delta.GetProperty("inFlightRun").GetProperty("runId").GetString(), delta.GetProperty("inFlightRun").GetProperty("text").GetString()));
        Assert.Equal(["user: go on"], delta.GetProperty("messages").EnumerateArray().Select(Line));
        Assert.Equal(["assistant: begun and ended"], (await HistoryAsync(Cursor(delta))).GetProperty("messages").EnumerateArray().Select(Line));
    }

    [Fact]
    public async Task Session_that_started_over_asks_for_a_fresh_page()
    {
        await client.ChatAsync("main", "[text:first]");
        string cursor = Cursor(await HistoryAsync());
        await client.CallAsync("sessions.reset", """{"key":"main"}""");

        Assert.Equal("reset", (await HistoryAsync(cursor)).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no cursor")]
    [InlineData("a.b.c")]
    [InlineData("a.b.1")]
    [InlineData("a.b.99999999999999999999")]
    public async Task Cursor_of_elsewhere_asks_for_a_fresh_page(string cursor)
    {
        await client.ChatAsync("main", "[text:first]");

        JsonElement answer = await HistoryAsync(cursor);

        Assert.Equal("""{"kind":"reset"}""", answer.GetRawText());
    }

    [Fact]
    public async Task Cursor_far_behind_asks_for_a_fresh_page()
    {
        await client.ChatAsync("main", "[text:first]");
        string cursor = Cursor(await HistoryAsync());
        for (int note = 0; note < 201; note++)
        {
            await client.CallAsync("chat.inject", $$"""{"sessionKey":"main","message":"note {{note}}"}""");
        }

        Assert.Equal("reset", (await HistoryAsync(cursor)).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Older_pages_have_no_cursor()
    {
        await client.ChatAsync("main", "[text:first]");

        JsonElement older = await client.CallAsync("chat.history", """{"sessionKey":"main","offset":1}""");

        Assert.False(older.TryGetProperty("deltaCursor", out _));
    }

    private Task<JsonElement> HistoryAsync(string? cursor = null) =>
        client.CallAsync("chat.history", cursor is null ? """{"sessionKey":"main"}""" : $$"""{"sessionKey":"main","cursor":"{{cursor}}"}""");

    private static string Cursor(JsonElement answer) => answer.GetProperty("deltaCursor").GetString()!;

    private static string Line(JsonElement told)
    {
        JsonElement message = told.GetProperty("message");
        return $"{message.GetProperty("role").GetString()}: {GatewayTestClient.TextOf(message)}";
    }

    // What a row has only while a run is going, or only after it.
    private static bool Steady(string member) => member is "sessionKey" or "agentId" or "message" or "messageId" or "messageSeq" or "session";
}

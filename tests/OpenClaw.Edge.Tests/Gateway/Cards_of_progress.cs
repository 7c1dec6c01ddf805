using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>The tool <c>progress_card</c>, the <c>plan</c> events of a turn, and <c>progressCard.*</c>.</summary>
public sealed class Cards_of_progress : IAsyncLifetime
{
    private const string Plan = """{"plan":[{"step":"read","status":"completed"},{"step":"write","status":"in_progress"}]}""";

    private readonly ScriptedModelServer _model = ScriptedModelServer.Start();
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _home = new GatewayHome(_model.BaseUri);
        await StartAsync("tools: { updatePlan: true },");
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _model.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_plan_is_told_in_the_turn_kept_with_the_session_and_gone_when_it_starts_over()
    {
        _model.Enqueue(ModelAnswer.Call("progress_card", Plan), ModelAnswer.Say("Half done."));
        await using GatewayTestClient client = await _gateway.ConnectAsync();
        await client.ChatAsync("main", "write the report");

        JsonElement plan = Assert.Single(client.Events, frame => frame.GetProperty("payload").TryGetProperty("stream", out JsonElement stream) && stream.ValueEquals("plan"))
            .GetProperty("payload").GetProperty("data");
        Assert.Equal(
            """{"phase":"update","title":"Plan updated","source":"openclaw","steps":[{"step":"read","status":"completed"},{"step":"write","status":"in_progress"}],"explanation":"1/2 complete"}""",
            plan.GetRawText());
        JsonElement changed = (await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("progressCard.changed"))).GetProperty("payload");
        Assert.Equal("""{"sessionKey":"agent:main:main","revision":1}""", changed.GetRawText());
        Assert.Contains("Progress card updated (rev 1, 1/2 done)", _model.ChatRequests[^1].BodyText, StringComparison.Ordinal);
        JsonElement card = await GetAsync(client);
        Assert.Equal(("agent:main:main", 1, "write"), (
            card.GetProperty("sessionKey").GetString(), card.GetProperty("revision").GetInt32(), card.GetProperty("steps")[1].GetProperty("step").GetString()));
        Assert.False(card.TryGetProperty("of", out _));

        await RestartAsync();
        await using GatewayTestClient later = await _gateway.ConnectAsync();
        Assert.Equal(1, (await GetAsync(later)).GetProperty("revision").GetInt32());
        await later.CallAsync("sessions.reset", """{"key":"main"}""");
        Assert.Equal(JsonValueKind.Null, (await GetAsync(later)).ValueKind);
    }

    [Fact]
    public async Task A_page_writes_and_clears_a_card()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        JsonElement note = (await PutAsync(client, """ "markdown":"thinking" """)).GetProperty("card");
        Assert.Equal(("thinking", 1), (note.GetProperty("markdown").GetString(), note.GetProperty("revision").GetInt32()));

        await PutAsync(client, """ "plan":[{"step":"a","status":"pending"}] """);
        Assert.Equal(2, (await PutAsync(client, """ "expectedRevision":2 """)).GetProperty("card").GetProperty("revision").GetInt32()); // not done: it stays
        await PutAsync(client, """ "plan":[{"step":"a","status":"completed"}] """);
        Assert.Equal(3, (await PutAsync(client, """ "expectedRevision":2 """)).GetProperty("card").GetProperty("revision").GetInt32()); // another one by now
        Assert.Equal(JsonValueKind.Null, (await PutAsync(client, """ "expectedRevision":3 """)).GetProperty("card").ValueKind);
        Assert.Equal(5, (await PutAsync(client, """ "markdown":"again" """)).GetProperty("card").GetProperty("revision").GetInt32());
    }

    [Theory]
    [InlineData(""" "plan":[{"step":"a","status":"soon"}] """, "plan[0].status must be one of pending, in_progress, completed")]
    [InlineData(""" "markdown":"x","expectedRevision":1 """, "expectedRevision is only valid when clearing a card")]
    [InlineData(""" "sessionKey":"never","markdown":"x" """, "there is no session agent:main:never")]
    public async Task What_is_wrong_with_a_card_is_said(string members, string expected)
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => PutAsync(client, members));

        Assert.Equal($"INVALID_REQUEST: {expected}", refused.Message);
    }

    [Fact]
    public async Task Models_are_not_offered_the_tool_unless_somebody_wants_it()
    {
        await using (GatewayTestClient client = await _gateway.ConnectAsync())
        {
            await client.ChatAsync("main", "hello");
        }

        Assert.Contains("\"progress_card\"", _model.ChatRequests[^1].BodyText, StringComparison.Ordinal);
        await _gateway.DisposeAsync();
        await StartAsync("");
        await using GatewayTestClient without = await _gateway.ConnectAsync();
        await without.ChatAsync("main", "hello again");
        Assert.DoesNotContain("\"progress_card\"", _model.ChatRequests[^1].BodyText, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> GetAsync(GatewayTestClient client) =>
        (await client.CallAsync("progressCard.get", """{"sessionKey":"main"}""")).GetProperty("card");

    private static Task<JsonElement> PutAsync(GatewayTestClient client, string members) =>
        client.CallAsync("progressCard.put", members.Contains("sessionKey", StringComparison.Ordinal) ? $"{{{members}}}" : $$"""{"sessionKey":"main",{{members}}}""");

    private async Task RestartAsync()
    {
        await _gateway.DisposeAsync();
        _gateway = await RunningGateway.StartAsync(_home);
    }

    private async Task StartAsync(string sections)
    {
        _home.WriteConfig(sections);
        _gateway = await RunningGateway.StartAsync(_home);
    }
}

using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Sessions in lists, events, histories and the answers to changes, in the original's shapes.</summary>
public sealed class Session_rows : IAsyncLifetime
{
    private readonly ScriptedModelServer _model = ScriptedModelServer.Start();
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;
    private GatewayTestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _home = new GatewayHome(_model.BaseUri);
        _gateway = await RunningGateway.StartAsync(_home);
        _client = await _gateway.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _gateway.DisposeAsync();
        await _model.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_session_before_its_first_turn_has_no_turn_in_its_row()
    {
        await _client.CallAsync("sessions.patch", """{"key":"quiet","label":"Quiet"}""");

        JsonElement row = await RowAsync("quiet");

        Assert.Equal(("custom", "direct", "operator"), (Text(row, "classification"), Text(row, "kind"), Text(row, "createdVia")));
        Assert.Equal(("Quiet", "Quiet"), (Text(row, "label"), Text(row, "displayName")));
        Assert.Empty(new[] { "startedAt", "status", "chatType", "abortedLastRun", "inputTokens", "placement" }.Where(name => row.TryGetProperty(name, out _)));
        Assert.False(row.GetProperty("totalTokensFresh").GetBoolean());
        Assert.False(row.GetProperty("agentRuntime").GetProperty("devicePlacementSupported").GetBoolean());
    }

    [Fact]
    public async Task A_turn_shows_in_the_row_and_titles_only_when_they_are_asked_for()
    {
        await _client.ChatAsync("busy", "[text:one]");

        JsonElement plain = await RowAsync("busy");
        JsonElement titled = (await _client.CallAsync("sessions.describe", """{"key":"busy","includeDerivedTitles":true,"includeLastMessage":true}""")).GetProperty("session");

        Assert.Equal(("direct", "direct", "done", "local"),
            (Text(plain, "classification"), Text(plain, "chatType"), Text(plain, "status"), Text(plain.GetProperty("placement"), "state")));
        Assert.False(plain.TryGetProperty("derivedTitle", out _));
        Assert.False(plain.TryGetProperty("lastMessagePreview", out _));
        Assert.Equal(("[text:one]", "one"), (Text(titled, "derivedTitle"), Text(titled, "lastMessagePreview")));
    }

    [Fact]
    public async Task An_event_carries_the_row_and_its_members_with_nulls_to_clear()
    {
        await _client.CallAsync("sessions.subscribe");
        await _client.CallAsync("sessions.patch", """{"key":"told","label":"Told","color":"red"}""");
        await _client.CallAsync("sessions.patch", """{"key":"told","label":null}""");

        JsonElement named = await ChangedAsync(payload => payload.GetProperty("label").ValueKind == JsonValueKind.String);
        JsonElement cleared = await ChangedAsync(payload => payload.GetProperty("label").ValueKind == JsonValueKind.Null);

        Assert.Equal(("Told", "red"), (Text(named, "label"), Text(named, "color")));
        Assert.Equal("agent:main:told", Text(cleared.GetProperty("session"), "key"));
        Assert.All(
            new[] { "label", "displayName", "icon", "archivedAt", "lastRunId", "endedAt", "lastRunError", "goal" },
            name => Assert.Equal(JsonValueKind.Null, cleared.GetProperty(name).ValueKind));
        Assert.Equal("red", Text(cleared, "color"));
    }

    [Fact]
    public async Task While_a_turn_runs_its_session_is_running_and_afterwards_done()
    {
        await _client.CallAsync("sessions.subscribe");
        await _client.ChatAsync("live", "[text:one]");

        JsonElement start = await ChangedAsync(payload => payload.TryGetProperty("phase", out JsonElement phase) && phase.ValueEquals("start"));
        JsonElement end = await ChangedAsync(payload => payload.TryGetProperty("phase", out JsonElement phase) && phase.ValueEquals("end"));

        Assert.Equal(("running", JsonValueKind.Null), (Text(start, "status"), start.GetProperty("lastRunId").ValueKind));
        Assert.Equal(start.GetProperty("runId").GetString(), Assert.Single(start.GetProperty("activeRunIds").EnumerateArray()).GetString());
        Assert.Equal(start.GetProperty("activeRunIds").GetRawText(), start.GetProperty("session").GetProperty("activeRunIds").GetRawText());
        Assert.False(start.TryGetProperty("modelProvider", out _));
        Assert.Equal(("done", 0), (Text(end, "status"), end.GetProperty("activeRunIds").GetArrayLength()));
        Assert.True(end.GetProperty("runtimeMs").GetInt64() >= 0);
    }

    [Fact]
    public async Task A_change_answers_what_is_stored()
    {
        JsonElement made = await _client.CallAsync("sessions.create", """{"key":"child","label":"Child"}""");
        JsonElement reset = await _client.CallAsync("sessions.reset", """{"key":"child"}""");

        JsonElement entry = made.GetProperty("entry");
        Assert.Equal(("Child", "agent:main:main", "default"), (Text(entry, "label"), Text(entry, "parentSessionKey"), Text(entry, "modelOverrideSource")));
        Assert.Equal("none", Text(entry.GetProperty("delivery"), "kind"));
        Assert.False(entry.TryGetProperty("hasActiveRun", out _));
        Assert.Equal(0, reset.GetProperty("entry").GetProperty("totalTokens").GetInt64());
        Assert.Equal("scripted:8b", Text(reset.GetProperty("resolved"), "model"));
    }

    [Theory]
    [InlineData("""{"key":"x","colour":"red"}""", "invalid sessions.patch params: at root: unexpected property 'colour'")]
    [InlineData("""{"key":"x","thinkingLevel":"nonsense"}""", "invalid thinkingLevel (use off")]
    [InlineData("""{"key":"x","model":"nope/nope"}""", "Unknown provider \"nope\". Use /models to list providers.")]
    public async Task What_cannot_be_kept_is_refused(string patch, string problem)
    {
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => _client.CallAsync("sessions.patch", patch));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, (await _client.CallAsync("sessions.describe", """{"key":"x"}""")).GetProperty("session").ValueKind);
    }

    [Fact]
    public async Task A_failed_turn_tells_in_its_row_what_went_wrong_and_fails_the_call_of_an_agent()
    {
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(
            () => _client.CallToTheEndAsync("agent", """{"sessionKey":"broken","message":"[fault:400]","idempotencyKey":"broken-1"}"""));

        JsonElement history = await _client.CallAsync("chat.history", """{"sessionKey":"broken"}""");
        JsonElement last = history.GetProperty("messages")[1];
        Assert.Equal("UNAVAILABLE", error.Code);
        Assert.Equal("error", Text(last, "stopReason"));
        Assert.StartsWith("⚠️ ", Text(last.GetProperty("content")[0], "text"), StringComparison.Ordinal);
        Assert.Equal("broken-1:terminal-error", Text(last.GetProperty("__openclaw"), "idempotencyKey"));
    }

    [Fact]
    public async Task The_history_of_a_session_or_agent_that_is_not_there_is_empty()
    {
        foreach (string key in (string[])["nowhere", "agent:ghost:main"])
        {
            JsonElement history = await _client.CallAsync("chat.history", $$"""{"sessionKey":"{{key}}"}""");

            Assert.Equal(0, history.GetProperty("messages").GetArrayLength());
            Assert.Equal(JsonValueKind.Null, history.GetProperty("sessionInfo").GetProperty("activeLeafEntryId").ValueKind);
        }

        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => _client.CallAsync("sessions.send", """{"key":"nowhere","message":"x"}"""));
        Assert.Equal("INVALID_REQUEST: session not found: agent:main:nowhere", error.Message);
    }

    [Fact]
    public async Task A_command_and_its_answer_stay_in_the_history_and_never_reach_the_model()
    {
        await _client.SendChatAsync("main", "/usage", "command-1");
        await _client.ChatEventAsync("command-1", "final");
        await _client.ChatAsync("main", "[text:one]");

        JsonElement[] rows = [.. (await _client.CallAsync("chat.history", """{"sessionKey":"main"}""")).GetProperty("messages").EnumerateArray()];

        Assert.Equal(["user", "assistant", "user", "assistant"], rows.Select(row => Text(row, "role")));
        Assert.All(rows[..2], row => Assert.True(row.GetProperty("excludeFromContext").GetBoolean() && row.GetProperty("__openclaw").GetProperty("contextFreeCommand").GetBoolean()));
        Assert.All(rows[2..], row => Assert.False(row.TryGetProperty("excludeFromContext", out _)));
        Assert.DoesNotContain("/usage", System.Text.Encoding.UTF8.GetString(_model.ChatRequests[^1].Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_call_that_names_no_session_has_one_of_its_own()
    {
        await _client.CallToTheEndAsync("agent", """{"message":"[text:alone]","idempotencyKey":"alone-1"}""");
        await _client.CallToTheEndAsync("agent", """{"message":"[text:main]","agentId":"main","idempotencyKey":"main-1"}""");

        Assert.Equal(["user: [text:alone]", "assistant: alone"], await _client.HistoryAsync("agent:main:explicit:alone-1"));
        Assert.Equal(["user: [text:main]", "assistant: main"], await _client.HistoryAsync("main"));
    }

    private async Task<JsonElement> RowAsync(string key) => (await _client.CallAsync("sessions.list"))
        .GetProperty("sessions").EnumerateArray().Single(row => Text(row, "key") == $"agent:main:{key}");

    private async Task<JsonElement> ChangedAsync(Func<JsonElement, bool> wanted) => (await _client.NextEventAsync(
        frame => frame.GetProperty("event").ValueEquals("sessions.changed") && wanted(frame.GetProperty("payload")))).GetProperty("payload");

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
}

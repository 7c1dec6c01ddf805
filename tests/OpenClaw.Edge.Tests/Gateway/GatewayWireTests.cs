using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class GatewayWireTests : IAsyncLifetime
{
    private const string Admin = "operator.admin";
    private ScriptedModelServer _model = null!;
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _model = ScriptedModelServer.Start();
        _home = new GatewayHome(_model.BaseUri);
        _gateway = await RunningGateway.StartAsync(_home);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _home.Dispose();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task Hello_has_what_clients_check()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync(Admin);

        Assert.Equal("hello-ok", client.Hello.GetProperty("type").GetString());
        Assert.Equal(4, client.Hello.GetProperty("protocol").GetInt32());
        Assert.False(client.Hello.GetProperty("server").TryGetProperty("buildId", out _));
        Assert.Equal(26214400, client.Hello.GetProperty("policy").GetProperty("maxPayload").GetInt32());
        Assert.Equal(30000, client.Hello.GetProperty("policy").GetProperty("tickIntervalMs").GetInt32());
        Assert.Equal([Admin], client.Hello.GetProperty("auth").GetProperty("scopes").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal("agent:main:main", client.Hello.GetProperty("snapshot").GetProperty("sessionDefaults").GetProperty("mainSessionKey").GetString());
        Assert.DoesNotContain("null", client.Hello.GetProperty("auth").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("accepting", client.Hello.GetProperty("snapshot").GetProperty("suspension").GetProperty("phase").GetString());
        Assert.False(client.Hello.GetProperty("snapshot").GetProperty("updateSchedule").GetProperty("autoEnabled").GetBoolean());
        Assert.Equal(6291456, client.Hello.GetProperty("policy").GetProperty("attachments").GetProperty("maxImageBytes").GetInt32());
        Assert.Equal(["shared"], client.Hello.GetProperty("policy").GetProperty("allowedSessionVisibilities").EnumerateArray().Select(s => s.GetString()));
    }

    [Fact]
    public async Task Hello_of_a_caller_without_scopes_tells_nothing_of_others()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync();
        using RawSocket nobody = await RawSocket.ConnectAsync(_gateway.BaseUri, _home.Token, scopes: "");
        using RawSocket again = await RawSocket.ConnectAsync(_gateway.BaseUri, _home.Token, scopes: "");

        JsonElement hello = nobody.Seen.Single(frame => frame.TryGetProperty("payload", out JsonElement it) && it.TryGetProperty("snapshot", out _)).GetProperty("payload");
        JsonElement second = again.Seen.Single(frame => frame.TryGetProperty("payload", out JsonElement it) && it.TryGetProperty("snapshot", out _)).GetProperty("payload");

        Assert.Empty(hello.GetProperty("snapshot").GetProperty("presence").EnumerateArray());
        Assert.False(hello.GetProperty("snapshot").TryGetProperty("updateSchedule", out _));
        Assert.False(hello.GetProperty("snapshot").TryGetProperty("configPath", out _));
        Assert.Equal(43, hello.GetProperty("auth").GetProperty("recoveryScope").GetString()!.Length);
        Assert.Equal(hello.GetProperty("auth").GetProperty("recoveryScope").GetString(), second.GetProperty("auth").GetProperty("recoveryScope").GetString());
        Assert.False(hello.GetProperty("auth").TryGetProperty("recoveryMigrationAllowed", out _));
    }

    [Fact]
    public async Task Every_advertised_read_method_answers()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync(Admin);
        foreach (string method in (string[])["health", "status", "system-presence", "models.list", "agents.list", "sessions.list",
            "config.get", "system.info", "last-heartbeat", "commands.list", "agent.identity.get", "models.authStatus", "logs.tail",
            "chat.metadata", "sessions.subscribe", "edge.models.status"])
        {
            await client.CallAsync(method);
        }

        JsonElement presence = await client.CallAsync("system-presence");
        Assert.Equal("gateway", presence[0].GetProperty("mode").GetString());
        JsonElement config = await client.CallAsync("config.get");
        Assert.DoesNotContain(_home.Token, config.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no.such", "{}", "INVALID_REQUEST", "unknown method: no.such")]
    [InlineData("chat.send", "{}", "INVALID_REQUEST", "session mutation target is unavailable")]
    [InlineData("chat.abort", "{}", "INVALID_REQUEST", "invalid chat.abort params: must have required property 'sessionKey'")]
    [InlineData("sessions.patch", "{}", "INVALID_REQUEST", "invalid sessions.patch params: must have required property 'key'")]
    [InlineData("sessions.resolve", "{}", "INVALID_REQUEST", "Either key, sessionId, label, shortId, or reference is required")]
    [InlineData("agent", "{}", "INVALID_REQUEST", "invalid agent params: must have required property 'message'")]
    [InlineData("agent.wait", "{}", "INVALID_REQUEST", "invalid agent.wait params: must have required property 'runId'")]
    [InlineData("system.info", "{\"y\":1}", "INVALID_REQUEST", "invalid system.info params: at root: unexpected property 'y'")]
    [InlineData("sessions.reset", "{\"key\":\"main\"}", "FORBIDDEN", "missing scope: operator.admin")]
    [InlineData("connect", "{}", "INVALID_REQUEST", "connect is only valid as the first request")]
    [InlineData("chat.send", "{\"sessionKey\":\"agent:ghost:main\",\"message\":\"x\",\"idempotencyKey\":\"g\"}", "INVALID_REQUEST", "Agent \"ghost\" no longer exists in configuration")]
    public async Task Refusals_have_the_originals_texts(string method, string parameters, string code, string message)
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync("operator.read", "operator.write");

        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync(method, parameters));

        Assert.Equal((code, $"{code}: {message}"), (error.Code, error.Message));
    }

    [Fact]
    public async Task A_turn_streams_ends_and_is_in_the_history()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync("operator.read", "operator.write");

        ChatTurn turn = await client.ChatAsync("wire", "hello there");

        Assert.Equal("final", turn.State);
        Assert.Equal(turn.Final, turn.Streamed);
        IReadOnlyList<string> history = await client.HistoryAsync("wire");
        Assert.Contains(history, line => line.Contains("hello there", StringComparison.Ordinal));
        JsonElement again = await client.CallAsync(
            "chat.send", $$"""{"sessionKey":"wire","message":"hello there","idempotencyKey":"{{turn.RunId}}"}""");
        Assert.Equal("ok", again.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_command_is_answered_by_one_final_and_no_turn()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync("operator.read", "operator.write");

        ChatTurn turn = await client.ChatAsync("main", "/help");

        Assert.Equal(("final", 0), (turn.State, turn.Deltas));
        Assert.Contains("/status", turn.Final, StringComparison.Ordinal);
        Assert.DoesNotContain(client.Events, frame => frame.GetProperty("event").GetString() == "agent");
    }

    [Fact]
    public async Task Event_numbers_have_no_gap()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync("operator.read", "operator.write");
        await client.CallAsync("sessions.subscribe");
        await client.ChatAsync("numbers", "hello");

        long expected = 0;
        foreach (JsonElement frame in client.Events)
        {
            if (frame.TryGetProperty("seq", out JsonElement seq))
            {
                Assert.Equal(++expected, seq.GetInt64());
            }
        }

        Assert.True(expected > 5);
    }

    [Theory]
    [InlineData("""{"minProtocol":5,"maxProtocol":6,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"}}""", 1002, "protocol mismatch")]
    [InlineData("""{"minProtocol":4,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"operator"}}""", 1008, "invalid connect params: at /client/mode: must be equal to one of the allowed values")]
    [InlineData("""{"minProtocol":4,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"}}""", 1008, "device identity required")]
    [InlineData("""{"minProtocol":4,"maxProtocol":4,"auth":{"token":"wrong"},"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"}}""", 1008, "unauthorized: gateway token mismatch (use this gateway's gateway.auth.token or pair the device)")]
    [InlineData("""{"minProtocol":4,"maxProtocol":4,"role":"worker","client":{"id":"cli","version":"1","platform":"linux","mode":"cli"}}""", 1008, "invalid role")]
    public async Task A_refused_handshake_closes_with_its_reason(string parameters, int code, string reason)
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(_gateway.BaseUri, "/ws");

        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => client.HandshakeAsync(parameters));
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.EndsWith(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(((WebSocketCloseStatus)code, reason), (client.CloseStatus!.Value, client.CloseReason));
    }

    [Fact]
    public async Task A_frame_over_64_KiB_before_hello_is_too_big()
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(_gateway.BaseUri);
        await client.SendAsync(new string('x', 70_000));
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.CloseStatus);
    }

    [Fact]
    public async Task Clients_are_told_before_the_gateway_stops()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync("operator.read");
        await _gateway.StopAsync();
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Contains(client.Events, frame => frame.GetProperty("event").GetString() == "shutdown");
        Assert.Equal(((WebSocketCloseStatus)1012, "service restart"), (client.CloseStatus!.Value, client.CloseReason));
    }
}

using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What surprises implementers of the protocol before hello-ok; numbers are those of the list of traps.</summary>
public sealed class Traps_of_the_handshake : WithGateway
{
    private const string Cli = """ "client":{"id":"cli","version":"1","platform":"linux","mode":"cli"} """;

    [Fact]
    public async Task Trap_02_operators_must_speak_four_and_nodes_may_speak_three()
    {
        GatewayCallException person = await RefusedHelloAsync($$"""{"minProtocol":3,"maxProtocol":3,{{Cli}},"auth":{"token":"{{Home.Token}}"} }""", 1002);
        GatewayCallException node = await RefusedHelloAsync(
            $$"""{"minProtocol":3,"maxProtocol":3,"role":"node","client":{"id":"node-host","version":"1","platform":"linux","mode":"node"},"auth":{"token":"{{Home.Token}}"} }""", 1008);
        await using GatewayTestClient range = await GatewayTestClient.OpenAsync(Gateway.BaseUri);
        await range.HandshakeAsync($$"""{"minProtocol":2,"maxProtocol":9,{{Cli}},"auth":{"token":"{{Home.Token}}"} }""");

        Assert.Equal("PROTOCOL_MISMATCH", Code(person));
        Assert.Equal(4, person.Error.GetProperty("details").GetProperty("expectedProtocol").GetInt32());
        Assert.NotEqual("PROTOCOL_MISMATCH", Code(node));
        Assert.Equal(4, range.Hello.GetProperty("protocol").GetInt32());
    }

    [Theory]
    [InlineData("cli", "cli")]
    [InlineData("gateway-client", "backend")]
    [InlineData("openclaw-macos", "ui")]
    [InlineData("openclaw-linux", "ui")]
    [InlineData("openclaw-ios", "ui")]
    [InlineData("openclaw-watchos", "ui")]
    [InlineData("openclaw-android", "ui")]
    [InlineData("openclaw-probe", "probe")]
    [InlineData("test", "test")]
    [InlineData("fingerprint", "test")]
    public async Task Trap_03_every_client_that_the_original_knows_may_connect(string id, string mode)
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(Gateway.BaseUri);

        await client.HandshakeAsync($$"""{"minProtocol":4,"maxProtocol":4,"client":{"id":"{{id}}","version":"1","platform":"linux","mode":"{{mode}}","displayName":"x","deviceFamily":"Linux","modelIdentifier":"m","timeZone":"UTC","instanceId":"i"},"caps":["tool-events"],"locale":"de","userAgent":"u","auth":{"token":"{{Home.Token}}"} }""");

        Assert.Equal("hello-ok", client.Hello.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(""" "client":{"id":"cli","version":"1","platform":"linux","mode":"operator"} """, "at /client/mode: must be equal to one of the allowed values")]
    [InlineData(""" "client":{"id":"cli","platform":"linux","mode":"cli"} """, "must have required property 'version'")]
    [InlineData(""" "client":{"id":"cli","version":"","platform":"linux","mode":"cli"} """, "at /client/version: must not have fewer than 1 characters")]
    public async Task Trap_03_what_the_original_refuses_in_a_client_is_refused_with_its_words(string client, string words)
    {
        GatewayCallException refused = await RefusedHelloAsync($$"""{"minProtocol":4,"maxProtocol":4,{{client}} }""", 1008);

        Assert.Contains("invalid connect params: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trap_04_the_token_is_signed_and_the_password_beside_it_is_not()
    {
        TestDevice device = new();

        await using GatewayTestClient client = await device.ConnectAsync(
            Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token, ["password"] = Home.Token }, scopes: ["operator.write", "operator.read"]);

        Assert.Equal(["operator.read", "operator.write"], Texts(client.Hello.GetProperty("auth").GetProperty("scopes")).Order());
    }

    [Fact]
    public async Task Trap_05_a_client_without_a_device_gets_in_and_has_no_scopes_unless_it_is_the_command_line()
    {
        await using GatewayTestClient app = await GatewayTestClient.OpenAsync(Gateway.BaseUri);
        await app.HandshakeAsync($$"""{"minProtocol":4,"maxProtocol":4,"scopes":["operator.admin"],"client":{"id":"openclaw-macos","version":"1","platform":"darwin","mode":"ui"},"auth":{"token":"{{Home.Token}}"} }""");
        await using GatewayTestClient cli = await GatewayTestClient.OpenAsync(Gateway.BaseUri);
        await cli.HandshakeAsync($$"""{"minProtocol":4,"maxProtocol":4,"scopes":["operator.admin"],{{Cli}},"auth":{"token":"{{Home.Token}}"} }""");

        Assert.Empty(Texts(app.Hello.GetProperty("auth").GetProperty("scopes")));
        Assert.Equal("FORBIDDEN: missing scope: operator.read", (await RefusedAsync(app, "sessions.list")).Message);
        Assert.Equal(["operator.admin"], Texts(cli.Hello.GetProperty("auth").GetProperty("scopes")));
    }

    [Fact]
    public async Task Trap_06_without_credentials_and_device_the_error_is_not_paired()
    {
        GatewayCallException refused = await RefusedHelloAsync($$"""{"minProtocol":4,"maxProtocol":4,{{Cli}} }""", 1008);

        Assert.Equal(("NOT_PAIRED", "NOT_PAIRED: device identity required"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task Traps_07_and_29_hello_announces_ticks_of_thirty_seconds_and_no_build()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement policy = client.Hello.GetProperty("policy");

        Assert.Equal((30_000, 25 * 1024 * 1024, 50 * 1024 * 1024), (policy.GetProperty("tickIntervalMs").GetInt32(), policy.GetProperty("maxPayload").GetInt32(), policy.GetProperty("maxBufferedBytes").GetInt32()));
        Assert.False(client.Hello.GetProperty("server").TryGetProperty("buildId", out _));
    }

    [Fact]
    public async Task Trap_31_a_page_is_not_paired_silently_even_on_this_machine()
    {
        TestDevice device = new();
        Dictionary<string, string> auth = new() { ["token"] = Home.Token };

        GatewayCallException page = await Assert.ThrowsAsync<GatewayCallException>(
            () => device.ConnectAsync(Gateway.BaseUri, auth, scopes: ["operator.read"], headers: [("Origin", $"http://127.0.0.1:{Gateway.BaseUri.Port}")]));
        await using GatewayTestClient local = await new TestDevice().ConnectAsync(Gateway.BaseUri, auth, scopes: ["operator.read"]);

        Assert.Equal("NOT_PAIRED", page.Code);
        Assert.StartsWith("NOT_PAIRED: pairing required", page.Message, StringComparison.Ordinal);
        Assert.Equal(["operator.read"], Texts(local.Hello.GetProperty("auth").GetProperty("scopes")));
    }

    [Theory]
    [InlineData(65_536, 1000)]
    [InlineData(65_537, 1009)]
    public async Task Traps_32_and_33_a_frame_over_64_KiB_and_garbage_end_the_handshake_without_a_word(int bytes, int code)
    {
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, token: "");
        await socket.SendAsync(1, Encoding.ASCII.GetBytes(new string('x', bytes)));

        (int opcode, byte[] payload) = await socket.ReadAsync();

        Assert.Equal(8, opcode);
        Assert.Equal((code, ""), RawSocket.CloseOf(payload));
    }

    [Theory]
    [InlineData("X-Forwarded-For: 203.0.113.9")]
    [InlineData("Forwarded: for=203.0.113.9")]
    [InlineData("X-Real-IP: 203.0.113.9")]
    public async Task Trap_24_a_forwarding_header_of_a_stranger_is_forbidden_on_http_and_on_the_upgrade(string header)
    {
        (RawSocket socket, string head) = await RawSocket.AskAsync(Gateway.BaseUri, header);
        using HttpResponseMessage page = await Gateway.SendAsync(
            HttpMethod.Get, "/v1/models", change: request => request.Headers.TryAddWithoutValidation(header.Split(':')[0], header.Split(':', 2)[1].Trim()));

        socket.Dispose();
        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
        Assert.Equal(403, (int)page.StatusCode);
    }

    private static string? Code(GatewayCallException refused) =>
        refused.Error.TryGetProperty("details", out JsonElement details) && details.TryGetProperty("code", out JsonElement code) ? code.GetString() : null;

    private async Task<GatewayCallException> RefusedHelloAsync(string parameters, int closeCode)
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(Gateway.BaseUri);
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.HandshakeAsync(parameters));
        await Guard.Within(client.Ended);
        Assert.Equal((WebSocketCloseStatus)closeCode, client.CloseStatus);
        return refused;
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Devices over the wire. A device is remote when a trusted proxy says so.</summary>
public sealed class PairingWireTests : IAsyncLifetime
{
    private static readonly (string, string)[] Elsewhere = [("X-Forwarded-For", "192.168.7.20")];
    private static readonly string[] Read = ["operator.read"];
    private static readonly string[] ReadAdmin = ["operator.read", "operator.admin"];

    private readonly TestDevice _device = new();
    private ScriptedModelServer _model = null!;
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;

    private Dictionary<string, string> Secret => new() { ["token"] = _home.Token };

    public async ValueTask InitializeAsync()
    {
        _model = ScriptedModelServer.Start();
        _home = new GatewayHome(_model.BaseUri);
        _home.WriteConfig(_home.Gateway("""trustedProxies: ["127.0.0.1"],"""));
        _gateway = await RunningGateway.StartAsync(_home);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _home.Dispose();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task A_local_device_with_the_secret_is_paired_silently_and_keeps_its_token()
    {
        string token;
        await using (GatewayTestClient first = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: Read))
        {
            JsonElement auth = first.Hello.GetProperty("auth");
            token = auth.GetProperty("deviceToken").GetString()!;
            Assert.Equal("token", auth.GetProperty("method").GetString());
            Assert.Equal(Read, Texts(auth.GetProperty("scopes")));
            Assert.Equal(43, token.Length);
            Assert.True(auth.GetProperty("issuedAtMs").GetInt64() > 0);
        }

        await using GatewayTestClient again = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: Read);
        Assert.Equal(token, TokenOf(again));
        await using GatewayTestClient alone = await _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: Read);
        Assert.Equal("device-token", alone.Hello.GetProperty("auth").GetProperty("method").GetString());
        await using GatewayTestClient inToken = await _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["token"] = token }, scopes: Read);
        Assert.Equal("device-token", inToken.Hello.GetProperty("auth").GetProperty("method").GetString());
    }

    [Fact]
    public async Task A_token_survives_a_restart_and_more_scopes_make_a_new_one()
    {
        string token;
        await using (GatewayTestClient first = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: Read))
        {
            token = TokenOf(first);
        }

        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        _gateway = await RunningGateway.StartAsync(_home);
        await using GatewayTestClient again = await _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: Read);
        Assert.Equal(token, TokenOf(again));

        await using GatewayTestClient more = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: ReadAdmin);
        Assert.NotEqual(token, TokenOf(more));
        Assert.Equal(ReadAdmin, Texts(more.Hello.GetProperty("auth").GetProperty("scopes")));
    }

    [Fact]
    public async Task A_remote_device_waits_is_approved_and_gets_in()
    {
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        (GatewayCallException error, WebSocketCloseStatus? status, string? reason) = await RefusedAsync(Read);

        JsonElement details = error.Error.GetProperty("details");
        string requestId = details.GetProperty("requestId").GetString()!;
        Assert.Equal("NOT_PAIRED: pairing required: device is not approved yet", error.Message);
        Assert.Equal("PAIRING_REQUIRED", details.GetProperty("code").GetString());
        Assert.Equal("not-paired", details.GetProperty("reason").GetString());
        Assert.Equal("Approve this device from the pending pairing requests.", details.GetProperty("remediationHint").GetString());
        Assert.Equal(_device.Id, details.GetProperty("deviceId").GetString());
        Assert.Equal(Read, Texts(details.GetProperty("requestedScopes")));
        Assert.Equal((WebSocketCloseStatus)1008, status);
        Assert.Equal($"pairing required: device is not approved yet (requestId: {requestId})", reason);

        JsonElement asked = await owner.NextEventAsync(frame => Is(frame, "device.pair.requested"));
        Assert.Equal(requestId, asked.GetProperty("payload").GetProperty("requestId").GetString());
        (GatewayCallException second, _, _) = await RefusedAsync(Read);
        Assert.Equal(requestId, second.Error.GetProperty("details").GetProperty("requestId").GetString());

        JsonElement approved = await owner.CallAsync("device.pair.approve", $$"""{"requestId":"{{requestId}}"}""");
        Assert.Equal(_device.Id, approved.GetProperty("device").GetProperty("deviceId").GetString());
        JsonElement resolved = await owner.NextEventAsync(frame => Is(frame, "device.pair.resolved"));
        Assert.Equal("approved", resolved.GetProperty("payload").GetProperty("decision").GetString());

        await using GatewayTestClient client = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: Read, headers: Elsewhere);
        Assert.Equal(Read, Texts(client.Hello.GetProperty("auth").GetProperty("scopes")));
        JsonElement list = await owner.CallAsync("device.pair.list");
        JsonElement row = Assert.Single(list.GetProperty("paired").EnumerateArray());
        Assert.True(row.GetProperty("connected").GetBoolean());
        Assert.Equal("owner", row.GetProperty("approvedVia").GetString());
        Assert.Equal("192.168.7.20", row.GetProperty("remoteIp").GetString());
        Assert.Empty(list.GetProperty("pending").EnumerateArray());
        Assert.DoesNotContain(TokenOf(client), list.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_scopes_from_elsewhere_wait_under_a_new_request()
    {
        await PairRemoteAsync(Read);
        (GatewayCallException error, _, string? reason) = await RefusedAsync(ReadAdmin);

        JsonElement details = error.Error.GetProperty("details");
        Assert.Equal("scope-upgrade", details.GetProperty("reason").GetString());
        Assert.Equal(Read, Texts(details.GetProperty("approvedScopes")));
        Assert.Equal(["operator"], Texts(details.GetProperty("approvedRoles")));
        Assert.StartsWith("pairing required: device is asking for more scopes than currently approved (requestId: ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_token_does_not_cover_more_than_was_approved()
    {
        string token = await PairRemoteAsync(Read);
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: ReadAdmin));
        Assert.Equal("AUTH_SCOPE_MISMATCH", Code(error));

        error = await Assert.ThrowsAsync<GatewayCallException>(() => _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = "wrong" }, scopes: Read));
        Assert.Equal("AUTH_DEVICE_TOKEN_MISMATCH", Code(error));
        Assert.Equal("INVALID_REQUEST: unauthorized: device token mismatch (rotate/reissue device token)", error.Message);

        error = await Assert.ThrowsAsync<GatewayCallException>(() => _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["token"] = "wrong" }, scopes: Read));
        JsonElement details = error.Error.GetProperty("details");
        Assert.True(details.GetProperty("canRetryWithDeviceToken").GetBoolean());
        Assert.Equal("retry_with_device_token", details.GetProperty("recommendedNextStep").GetString());
    }

    [Fact]
    public async Task Anothers_token_lets_nobody_in()
    {
        string token = await PairRemoteAsync(Read);
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => new TestDevice().ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: Read));
        Assert.Equal("AUTH_DEVICE_TOKEN_MISMATCH", Code(error));
    }

    [Theory]
    [InlineData("device.token.rotate")]
    [InlineData("device.token.revoke")]
    public async Task A_changed_token_ends_its_sockets(string method)
    {
        await using GatewayTestClient client = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: Read);
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        JsonElement answer = await owner.CallAsync(method, $$"""{"deviceId":"{{_device.Id}}","role":"operator"}""");
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(((WebSocketCloseStatus)4001, "device removed"), (client.CloseStatus!.Value, client.CloseReason));
        Assert.False(answer.TryGetProperty("token", out _));
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = TokenOf(client) }, scopes: Read));
        Assert.Equal("AUTH_DEVICE_TOKEN_MISMATCH", Code(error));
    }

    [Fact]
    public async Task A_device_rotates_its_own_token_and_is_told_it_before_the_close()
    {
        await using GatewayTestClient client = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: ["operator.pairing"]);
        JsonElement answer = await client.CallAsync("device.token.rotate", $$"""{"deviceId":"{{_device.Id}}","role":"operator"}""");
        string token = answer.GetProperty("token").GetString()!;
        Assert.NotEqual(TokenOf(client), token);
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(5));
        await using GatewayTestClient again = await _device.ConnectAsync(
            _gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: ["operator.pairing"]);
        Assert.Equal(token, TokenOf(again));
    }

    [Fact]
    public async Task A_removed_device_is_gone_at_once()
    {
        await using GatewayTestClient client = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: Read);
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        await owner.CallAsync("device.pair.rename", $$"""{"deviceId":"{{_device.Id}}","label":"kitchen"}""");
        JsonElement list = await owner.CallAsync("device.pair.list");
        Assert.Equal("kitchen", list.GetProperty("paired")[0].GetProperty("operatorLabel").GetString());
        await owner.CallAsync("device.pair.remove", $$"""{"deviceId":"{{_device.Id}}"}""");
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(((WebSocketCloseStatus)4001, "device removed"), (client.CloseStatus!.Value, client.CloseReason));
        Assert.Empty((await owner.CallAsync("device.pair.list")).GetProperty("paired").EnumerateArray());
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(
            () => owner.CallAsync("device.pair.remove", $$"""{"deviceId":"{{_device.Id}}"}"""));
        Assert.Equal("INVALID_REQUEST: unknown deviceId", error.Message);
    }

    [Fact]
    public async Task Nobody_approves_more_than_he_has()
    {
        await using GatewayTestClient helper = await _gateway.ConnectAsync("operator.pairing", "operator.read");
        (GatewayCallException error, _, _) = await RefusedAsync(ReadAdmin);
        string requestId = error.Error.GetProperty("details").GetProperty("requestId").GetString()!;
        GatewayCallException denied = await Assert.ThrowsAsync<GatewayCallException>(
            () => helper.CallAsync("device.pair.approve", $$"""{"requestId":"{{requestId}}"}"""));
        Assert.Equal("INVALID_REQUEST: missing scope: operator.admin", denied.Message);

        JsonElement rejected = await helper.CallAsync("device.pair.reject", $$"""{"requestId":"{{requestId}}"}""");
        Assert.Equal(_device.Id, rejected.GetProperty("deviceId").GetString());
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        GatewayCallException unknown = await Assert.ThrowsAsync<GatewayCallException>(
            () => owner.CallAsync("device.pair.approve", $$"""{"requestId":"{{requestId}}"}"""));
        Assert.Equal("INVALID_REQUEST: unknown requestId", unknown.Message);
    }

    [Fact]
    public async Task A_page_of_another_site_is_not_paired_silently()
    {
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => _device.ConnectAsync(
            _gateway.BaseUri, Secret, scopes: Read, headers: [("Origin", "http://127.0.0.1:5173")]));
        Assert.Equal("PAIRING_REQUIRED", Code(error));
    }

    [Fact]
    public async Task The_secret_alone_from_elsewhere_gives_no_scopes()
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(_gateway.BaseUri, "/", Elsewhere);
        await client.HandshakeAsync(
            $$$"""{"minProtocol":4,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"},"scopes":["operator.read"],"auth":{"token":"{{{_home.Token}}}"}}""");
        Assert.Empty(Texts(client.Hello.GetProperty("auth").GetProperty("scopes")));
    }

    [Fact]
    public async Task A_setup_code_pairs_a_phone_as_node_and_operator_once()
    {
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        JsonElement setup = await owner.CallAsync("device.pair.setupCode", """{"publicUrl":"ws://10.1.2.3:18789","access":"limited"}""");
        Assert.StartsWith("data:image/png;base64,iVBOR", setup.GetProperty("qrDataUrl").GetString(), StringComparison.Ordinal);
        using JsonDocument code = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(setup.GetProperty("setupCode").GetString()));
        Assert.Equal("ws://10.1.2.3:18789", code.RootElement.GetProperty("url").GetString());
        var bootstrap = new Dictionary<string, string> { ["bootstrapToken"] = code.RootElement.GetProperty("bootstrapToken").GetString()! };
        string status = $$"""{"setupId":"{{setup.GetProperty("setupId").GetString()}}"}""";
        Assert.False((await owner.CallAsync("device.pair.setupStatus", status)).TryGetProperty("completion", out _));

        await using GatewayTestClient phone = await _device.ConnectAsync(
            _gateway.BaseUri, bootstrap, "node", client: "openclaw-ios", mode: "node", more: ""","caps":["camera"],"commands":["camera.snap"]""", headers: Elsewhere);

        JsonElement auth = phone.Hello.GetProperty("auth");
        Assert.Equal("bootstrap-token", auth.GetProperty("method").GetString());
        JsonElement hand = Assert.Single(auth.GetProperty("deviceTokens").EnumerateArray());
        Assert.Equal("operator", hand.GetProperty("role").GetString());
        Assert.DoesNotContain("operator.admin", Texts(hand.GetProperty("scopes")));
        await owner.NextEventAsync(frame => Is(frame, "device.pair.setup.completed"));
        JsonElement done = await owner.CallAsync("device.pair.setupStatus", status);
        Assert.Equal(_device.Id, done.GetProperty("completion").GetProperty("deviceId").GetString());

        await using GatewayTestClient asOperator = await _device.ConnectAsync(
            _gateway.BaseUri,
            new Dictionary<string, string> { ["deviceToken"] = hand.GetProperty("deviceToken").GetString()! },
            scopes: Read,
            headers: Elsewhere);
        Assert.Equal(Read, Texts(asOperator.Hello.GetProperty("auth").GetProperty("scopes")));
        GatewayCallException thief = await Assert.ThrowsAsync<GatewayCallException>(
            () => new TestDevice().ConnectAsync(_gateway.BaseUri, bootstrap, "node", mode: "node", headers: Elsewhere));
        Assert.Equal("AUTH_BOOTSTRAP_TOKEN_INVALID", Code(thief));
    }

    [Fact]
    public async Task A_gateway_on_loopback_has_no_address_for_a_phone()
    {
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => owner.CallAsync("device.pair.setupCode"));
        Assert.StartsWith("INVALID_REQUEST: Gateway is only bound to loopback.", error.Message, StringComparison.Ordinal);
    }

    private async Task<string> PairRemoteAsync(string[] scopes)
    {
        (GatewayCallException error, _, _) = await RefusedAsync(scopes);
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        await owner.CallAsync("device.pair.approve", $$"""{"requestId":"{{error.Error.GetProperty("details").GetProperty("requestId").GetString()}}"}""");
        await using GatewayTestClient client = await _device.ConnectAsync(_gateway.BaseUri, Secret, scopes: scopes, headers: Elsewhere);
        return TokenOf(client);
    }

    private async Task<(GatewayCallException Error, WebSocketCloseStatus? Status, string? Reason)> RefusedAsync(string[] scopes)
    {
        GatewayTestClient? refused = null;
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => _device.ConnectAsync(
            _gateway.BaseUri, Secret, scopes: scopes, headers: Elsewhere, refused: client => refused = client));
        await using GatewayTestClient client = refused!;
        await client.Ended.WaitAsync(TimeSpan.FromSeconds(5));
        return (error, client.CloseStatus, client.CloseReason);
    }

    private static bool Is(JsonElement frame, string name) => frame.GetProperty("event").ValueEquals(name);

    private static string TokenOf(GatewayTestClient client) => client.Hello.GetProperty("auth").GetProperty("deviceToken").GetString()!;

    private static string? Code(GatewayCallException error) => error.Error.GetProperty("details").GetProperty("code").GetString();

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];
}

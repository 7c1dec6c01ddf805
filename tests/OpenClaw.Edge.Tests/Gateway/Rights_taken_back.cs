using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Who loses the right to be connected loses it: also in the moment of its hello, and by whatever way it came in.</summary>
public sealed class Rights_taken_back : IAsyncLifetime
{
    private const string Operator = """{"minProtocol":4,"maxProtocol":4,"role":"operator","scopes":[],"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"}}""";

    private static readonly (string, string)[] Elsewhere = [("X-Forwarded-For", "192.168.7.20")];
    private static readonly string[] Read = ["operator.read"];

    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TestDevice device = new();
    private GatewayHome home = null!;

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        home.Dispose();
        await model.DisposeAsync();
    }

    [Theory]
    [InlineData("device.pair.remove", """{"deviceId":"ID"}""")]
    [InlineData("node.pair.remove", """{"nodeId":"ID"}""")]
    [InlineData("device.token.revoke", """{"deviceId":"ID","role":"operator"}""")]
    [InlineData("device.token.rotate", """{"deviceId":"ID","role":"operator","scopes":["operator.read"]}""")]
    public async Task The_setup_code_of_a_device_does_not_give_it_back(string method, string parameters)
    {
        home.WriteConfig(home.Gateway("""trustedProxies: ["127.0.0.1"],"""));
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient owner = await gateway.ConnectAsync("operator.admin");
        JsonElement setup = await owner.CallAsync("device.pair.setupCode", """{"publicUrl":"ws://10.1.2.3:18789","access":"full"}""");
        using JsonDocument code = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(setup.GetProperty("setupCode").GetString()));
        Dictionary<string, string> bootstrap = new() { ["bootstrapToken"] = code.RootElement.GetProperty("bootstrapToken").GetString()! };
        await using GatewayTestClient phone = await JoinAsync(gateway, bootstrap);
        await using GatewayTestClient again = await JoinAsync(gateway, bootstrap); // its hello may have been lost

        await owner.CallAsync(method, parameters.Replace("ID", device.Id, StringComparison.Ordinal));

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => JoinAsync(gateway, bootstrap));
        Assert.Equal("AUTH_BOOTSTRAP_TOKEN_INVALID", Code(refused));
        JsonElement done = await owner.CallAsync("device.pair.setupStatus", $$"""{"setupId":"{{setup.GetProperty("setupId").GetString()}}"}""");
        Assert.Equal(device.Id, done.GetProperty("completion").GetProperty("deviceId").GetString());
    }

    [Fact]
    public async Task A_token_that_is_revoked_while_it_is_shown_ends_the_connection()
    {
        using StoppingClock clock = new();
        await using RunningGateway gateway = await RunningGateway.StartAsync(home, clock: clock);
        await using GatewayTestClient admin = await gateway.ConnectAsync();
        string token;
        await using (GatewayTestClient first = await device.ConnectAsync(gateway.BaseUri, Secret(home.Token), scopes: Read))
        {
            token = first.Hello.GetProperty("auth").GetProperty("deviceToken").GetString()!;
        }

        clock.StopAt("DeviceSightings.Note");
        Task<GatewayTestClient> connecting = device.ConnectAsync(gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: Read);
        await clock.StoppedAsync(); // the token was good
        await admin.CallAsync("device.token.revoke", $$"""{"deviceId":"{{device.Id}}","role":"operator"}""");
        clock.GoOn();

        await using GatewayTestClient client = await connecting;
        Assert.Equal((4001, "device removed"), await EndAsync(client));
    }

    [Fact]
    public async Task A_secret_that_is_replaced_while_it_is_shown_ends_the_connection()
    {
        home.WriteConfig("gateway: { auth: { mode: \"token\" } },");
        using StoppingClock clock = new();
        await using RunningGateway gateway = await RunningGateway.StartAsync(home, clock: clock);
        string old = (await File.ReadAllTextAsync(Path.Combine(home.StateDir, "gateway-token"))).Trim();
        await using GatewayTestClient admin = await GatewayTestClient.ConnectAsync(gateway.BaseUri, old);

        clock.StopAt("DevicePairing.Admit(");
        Task<GatewayTestClient> connecting = device.ConnectAsync(gateway.BaseUri, Secret(old), scopes: Read);
        await clock.StoppedAsync(); // the secret was right, and the device is being paired
        await admin.CallAsync("gateway.token.rotate", """{"graceMs":0}""");
        clock.GoOn(TimeSpan.FromMinutes(1));

        await using GatewayTestClient client = await connecting;
        Assert.Equal((4001, "gateway auth changed"), await EndAsync(client));
    }

    [Fact]
    public async Task Who_came_in_without_a_secret_leaves_when_there_is_one()
    {
        home.WriteConfig("gateway: { auth: { mode: \"none\" } },");
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        Assert.Equal("none", client.Hello.GetProperty("auth").GetProperty("method").GetString());

        home.WriteConfig();
        await gateway.ReloadAsync();

        Assert.Equal((4001, "gateway auth changed"), await EndAsync(client));
    }

    [Fact]
    public async Task A_user_who_may_pass_no_longer_leaves()
    {
        home.WriteConfig(Proxy("allowUsers: ['ada', 'eve']"));
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient eve = await UserAsync(gateway, "eve");

        home.WriteConfig(Proxy("allowUsers: ['ada']"));
        await gateway.ReloadAsync();

        Assert.Equal((4001, "gateway auth changed"), await EndAsync(eve));
    }

    [Fact]
    public async Task A_user_behind_a_proxy_on_this_machine_waits_for_another_role()
    {
        home.WriteConfig(Proxy(""));
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient ada = await UserAsync(gateway, "ada");
        GatewayCallException waits = await Assert.ThrowsAsync<GatewayCallException>(() => device.ConnectAsync(gateway.BaseUri, Nothing, "node", mode: "node", headers: [("x-user", "eve")]));
        await ada.CallAsync("device.pair.approve", $$"""{"requestId":"{{waits.Error.GetProperty("details").GetProperty("requestId").GetString()}}"}""");
        await using GatewayTestClient node = await device.ConnectAsync(gateway.BaseUri, Nothing, "node", mode: "node", headers: [("x-user", "eve")]);

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(
            () => device.ConnectAsync(gateway.BaseUri, Nothing, scopes: ["operator.admin"], headers: [("x-user", "eve")]));

        Assert.Equal("role-upgrade", refused.Error.GetProperty("details").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_page_that_needs_no_pairing_is_no_node()
    {
        home.WriteConfig(Proxy("deviceAutoApprove: { enabled: true, scopes: ['operator.read'] }"));
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        (string, string)[] page = [("x-user", "eve"), ("x-forwarded-for", "203.0.113.9"), ("Origin", "https://home.example")];
        await using GatewayTestClient reader = await device.ConnectAsync(gateway.BaseUri, Nothing, scopes: Read, client: "openclaw-control-ui", mode: "ui", headers: page);

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(
            () => device.ConnectAsync(gateway.BaseUri, Nothing, "node", client: "openclaw-control-ui", mode: "node", headers: page));

        Assert.Equal("trusted-proxy", reader.Hello.GetProperty("auth").GetProperty("method").GetString());
        Assert.Equal("PAIRING_REQUIRED", Code(refused));
    }

    [Fact]
    public async Task An_old_device_token_beside_the_secret_does_no_harm()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);

        await using GatewayTestClient client = await device.ConnectAsync(
            gateway.BaseUri, new Dictionary<string, string> { ["token"] = home.Token, ["deviceToken"] = "of-another-gateway" }, scopes: Read);

        Assert.Equal("token", client.Hello.GetProperty("auth").GetProperty("method").GetString());
    }

    private static Dictionary<string, string> Nothing => [];

    private static Dictionary<string, string> Secret(string token) => new() { ["token"] = token };

    private static string Proxy(string rules) =>
        "gateway: { auth: { mode: 'trusted-proxy', identityScopes: { ada: ['operator.admin'] }, "
        + $"trustedProxy: {{ userHeader: 'x-user', allowLoopback: true, {rules} }} }}, "
        + "trustedProxies: ['127.0.0.1'], controlUi: { allowedOrigins: ['https://home.example'] } },";

    private static string? Code(GatewayCallException refused) => refused.Error.GetProperty("details").GetProperty("code").GetString();

    private static async Task<(int Code, string? Reason)> EndAsync(GatewayTestClient client)
    {
        await Guard.Within(client.Ended);
        return ((int)(client.CloseStatus ?? WebSocketCloseStatus.Empty), client.CloseReason);
    }

    private static async Task<GatewayTestClient> UserAsync(RunningGateway gateway, string name)
    {
        GatewayTestClient client = await GatewayTestClient.OpenAsync(gateway.BaseUri, "/", ("x-user", name));
        await client.HandshakeAsync(Operator);
        return client;
    }

    private Task<GatewayTestClient> JoinAsync(RunningGateway gateway, Dictionary<string, string> bootstrap) =>
        device.ConnectAsync(gateway.BaseUri, bootstrap, "node", client: "openclaw-ios", mode: "node", headers: Elsewhere);
}

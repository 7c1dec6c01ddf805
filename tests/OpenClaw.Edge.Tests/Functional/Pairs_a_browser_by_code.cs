using System.Net;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Gateway;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The first visit: a browser elsewhere types six digits and is paired. Elsewhere is what a trusted proxy says.</summary>
public sealed class Pairs_a_browser_by_code : IAsyncLifetime
{
    private static readonly string[] Admin = ["operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"];
    private readonly ScriptedModelServer _model = ScriptedModelServer.Start();
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;

    private string Host => $"kitchen.local:{_gateway.BaseUri.Port}";

    public async ValueTask InitializeAsync()
    {
        _home = new GatewayHome(_model.BaseUri);
        _home.WriteConfig(_home.Gateway("""trustedProxies: ["127.0.0.1"],"""));
        _gateway = await RunningGateway.StartAsync(_home);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _model.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Who_types_the_code_gets_a_token_that_pairs_one_device_for_good()
    {
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        string digits = (await owner.CallAsync("edge.pair.code")).GetProperty("code").GetString()!;

        (HttpStatusCode status, JsonElement answer) = await PairAsync($$"""{"code":"{{digits[..3]}} {{digits[3..]}}"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        string bootstrap = answer.GetProperty("bootstrapToken").GetString()!;
        Assert.Equal(43, bootstrap.Length);

        var browser = new TestDevice();
        string token;
        await using (GatewayTestClient page = await AsBrowserAsync(browser, "bootstrapToken", bootstrap))
        {
            JsonElement auth = page.Hello.GetProperty("auth");
            Assert.Equal("bootstrap-token", auth.GetProperty("method").GetString());
            Assert.Equal(Admin, auth.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
            token = auth.GetProperty("deviceToken").GetString()!;
        }

        GatewayCallException thief = await Assert.ThrowsAsync<GatewayCallException>(() => AsBrowserAsync(new TestDevice(), "bootstrapToken", bootstrap));
        Assert.Equal("AUTH_BOOTSTRAP_TOKEN_INVALID", thief.Error.GetProperty("details").GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await PairAsync($$"""{"code":"{{digits}}"}""")).Status);

        // From now on its own token is enough, and it lets others in.
        await using GatewayTestClient again = await AsBrowserAsync(browser, "deviceToken", token);
        var second = new TestDevice();
        GatewayCallException waits = await Assert.ThrowsAsync<GatewayCallException>(() => AsBrowserAsync(second, "token", _home.Token));
        string request = waits.Error.GetProperty("details").GetProperty("requestId").GetString()!;
        await again.CallAsync("device.pair.approve", $$"""{"requestId":"{{request}}"}""");
        await using GatewayTestClient other = await AsBrowserAsync(second, "token", _home.Token);
        Assert.NotEmpty((await again.CallAsync("edge.pair.code")).GetProperty("code").GetString()!);
    }

    [Fact]
    public async Task A_guesser_is_stopped_and_the_right_code_does_not_help_him_any_more()
    {
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        string digits = (await owner.CallAsync("edge.pair.code")).GetProperty("code").GetString()!;
        for (int guess = 0; guess < 5; guess++)
        {
            (HttpStatusCode wrong, JsonElement said) = await PairAsync("""{"code":"12345x"}""", from: "192.168.7.66");
            Assert.Equal(HttpStatusCode.Forbidden, wrong);
            Assert.Equal("pairing_code_wrong", said.GetProperty("error").GetProperty("code").GetString());
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await PairAsync($$"""{"code":"{{digits}}"}""", from: "192.168.7.66")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PairAsync($$"""{"code":"{{digits}}"}""")).Status);
    }

    [Theory]
    [InlineData("https://evil.example", null)] // another site's script
    [InlineData("null", null)] // a sandboxed frame
    [InlineData(null, null)] // no page at all
    [InlineData("https://evil.example:18789", "evil.example:18789")] // a name that was bound to this address
    public async Task Only_the_gateways_own_page_may_ask(string? origin, string? host)
    {
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        string digits = (await owner.CallAsync("edge.pair.code")).GetProperty("code").GetString()!;

        Assert.Equal(HttpStatusCode.Forbidden, (await PairAsync($$"""{"code":"{{digits}}"}""", origin: origin, host: host)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PairAsync($$"""{"code":"{{digits}}"}""")).Status); // and it did not use the code up
    }

    [Theory]
    [InlineData("""{"code":123456}""", "application/json")]
    [InlineData("""{"show":false}""", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("{", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("code=123456", "application/x-www-form-urlencoded")]
    [InlineData("""{"code":"123456"}""", "text/plain")]
    public async Task Anything_else_is_no_question(string body, string type) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PairAsync(body, type: type)).Status);

    [Fact]
    public async Task A_long_body_is_not_read() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PairAsync($$"""{"code":"{{new string('1', 100_000)}}"}""")).Status);

    [Fact]
    public async Task This_machine_needs_no_code_and_sees_no_form()
    {
        using HttpResponseMessage local = await _gateway.SendAsync(HttpMethod.Get, "/", token: "");
        using HttpResponseMessage elsewhere = await _gateway.SendAsync(HttpMethod.Get, "/", token: "", change: request => request.Headers.Add("X-Forwarded-For", "192.168.7.20"));
        using HttpResponseMessage script = await _gateway.SendAsync(HttpMethod.Get, "/pair.js", token: "");
        using HttpResponseMessage asked = await _gateway.SendAsync(
            HttpMethod.Post, "/pair", """{"code":"123456"}""", "", request => request.Headers.Add("Origin", $"http://127.0.0.1:{_gateway.BaseUri.Port}"));

        Assert.DoesNotContain("/pair.js", await local.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", Policy(local), StringComparison.Ordinal);
        Assert.Contains("<script src=/pair.js>", await elsewhere.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("script-src 'self'; connect-src 'self'", Policy(elsewhere), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Policy(elsewhere), StringComparison.Ordinal);
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.NotFound, asked.StatusCode);
    }

    [Fact]
    public async Task Nobody_owns_it_yet_so_the_start_shows_a_code_and_a_visitor_may_ask_until_somebody_does()
    {
        string[] Logs() => Directory.GetFiles(_home.StateDir, "*.log", SearchOption.AllDirectories);
        await Eventually.HoldsAsync(() => _gateway.Output.Contains("and type ", StringComparison.Ordinal)); // the console has a loop of its own

        Assert.Matches("type [0-9]{6}", _gateway.Output);
        Assert.True((await PairAsync("""{"show":true}""")).Answer.GetProperty("shown").GetBoolean());

        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        string digits = (await owner.CallAsync("edge.pair.code")).GetProperty("code").GetString()!;
        string bootstrap = (await PairAsync($$"""{"code":"{{digits}}"}""")).Answer.GetProperty("bootstrapToken").GetString()!;
        await using GatewayTestClient page = await AsBrowserAsync(new TestDevice(), "bootstrapToken", bootstrap);

        Assert.False((await PairAsync("""{"show":true}""")).Answer.GetProperty("shown").GetBoolean());
        await _gateway.StopAsync();
        Assert.DoesNotContain(Logs(), file => File.ReadAllText(file).Contains("and type ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Switched_off_there_is_nothing()
    {
        _home.WriteConfig(_home.Gateway("""trustedProxies: ["127.0.0.1"], controlUi: { pairByCode: false },"""));
        await _gateway.ReloadAsync();
        await using GatewayTestClient owner = await _gateway.ConnectAsync("operator.admin");
        await owner.CallAsync("edge.config.reload");

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => owner.CallAsync("edge.pair.code"));
        Assert.Contains("gateway.controlUi.pairByCode", refused.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PairAsync("""{"show":true}""")).Status);
    }

    [Fact]
    public async Task Fewer_rights_make_no_code()
    {
        await using GatewayTestClient reader = await _gateway.ConnectAsync("operator.read", "operator.pairing");
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => reader.CallAsync("edge.pair.code"));
        Assert.Contains("operator.admin", refused.Message, StringComparison.Ordinal);
    }

    private static string Policy(HttpResponseMessage response) => string.Join("; ", response.Headers.GetValues("Content-Security-Policy"));

    private Task<GatewayTestClient> AsBrowserAsync(TestDevice device, string credential, string value) =>
        device.ConnectAsync(
            _gateway.BaseUri,
            new Dictionary<string, string> { [credential] = value },
            scopes: Admin,
            client: "openclaw-control-ui",
            mode: "webchat",
            headers: [("X-Forwarded-For", "192.168.7.20"), ("Host", Host), ("Origin", $"https://{Host}")]);

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PairAsync(
        string body, string from = "192.168.7.20", string? origin = "own", string? host = null, string type = "application/json")
    {
        using HttpResponseMessage response = await _gateway.SendAsync(HttpMethod.Post, "/pair", token: "", change: request =>
        {
            request.Headers.Add("X-Forwarded-For", from);
            request.Content = new StringContent(body, Encoding.UTF8, type);
            request.Headers.Host = host ?? Host;
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin == "own" ? $"https://{Host}" : origin);
            }
        });
        string text = await response.Content.ReadAsStringAsync();
        using JsonDocument document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return (response.StatusCode, document.RootElement.Clone());
    }
}

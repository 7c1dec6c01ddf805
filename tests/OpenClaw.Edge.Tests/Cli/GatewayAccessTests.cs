using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class GatewayAccessTests
{
    [Fact]
    public async Task Introduces_itself_as_the_originals_command_line_does()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("health", """{"ok":true,"durationMs":7}""");
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("health"));
        Assert.Equal("OK (7 ms)\n", run.Out.ToString());
        System.Text.Json.JsonElement connect = gateway.Calls("connect").Single().GetProperty("params");
        Assert.Equal(4, connect.GetProperty("minProtocol").GetInt32());
        Assert.Equal(4, connect.GetProperty("maxProtocol").GetInt32());
        Assert.Equal("cli", connect.GetProperty("client").GetProperty("id").GetString());
        Assert.Equal("cli", connect.GetProperty("client").GetProperty("mode").GetString());
        Assert.Equal("2026.9.6", connect.GetProperty("client").GetProperty("version").GetString());
        Assert.Equal("operator", connect.GetProperty("role").GetString());
        Assert.Equal("""["operator.read"]""", connect.GetProperty("scopes").GetRawText());
        Assert.Equal($$"""{"token":"{{ScriptedGateway.Token}}"}""", connect.GetProperty("auth").GetRawText());
        Assert.False(gateway.Calls("health").Single().TryGetProperty("params", out _));
    }

    [Fact]
    public async Task Nobody_listening_is_exit_3_with_the_way_to_start_one()
    {
        using TcpListener reserved = new(IPAddress.Loopback, 0);
        reserved.Start();
        int port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        reserved.Stop();
        using CliRun run = new();
        Assert.Equal((int)ExitCode.Unreachable, await run.InvokeAsync("status", "--port", port.ToString(), "--token", "x"));
        Assert.StartsWith($"openclaw: no gateway answers at ws://127.0.0.1:{port} (this machine): ", run.Error.ToString());
        Assert.EndsWith("start one with 'openclaw gateway run'\n", run.Error.ToString());
        Assert.Single(run.Error.ToString().TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_wrong_token_is_exit_4()
    {
        await using ScriptedGateway gateway = new();
        using CliRun run = new(gateway);
        Assert.Equal((int)ExitCode.Unauthorized, await run.InvokeAsync("status", "--token", "wrong", "--json"));
        Assert.Equal("gateway_auth_error", run.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains("gateway.auth.token", run.Json.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_client_makes_no_token()
    {
        await using ScriptedGateway gateway = new();
        using CliRun run = new();
        run.With("OPENCLAW_GATEWAY_PORT", gateway.Port.ToString());
        Assert.Equal((int)ExitCode.Unauthorized, await run.InvokeAsync("status"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(run.Home.Root));
        Assert.False(gateway.Calls("connect").Single().GetProperty("params").TryGetProperty("auth", out _));
    }

    [Fact]
    public async Task An_address_given_by_hand_never_gets_this_machines_token()
    {
        await using ScriptedGateway gateway = new();
        using CliRun run = new(gateway);
        Assert.Equal(2, await run.InvokeAsync("health", "--url", $"ws://127.0.0.1:{gateway.Port}"));
        Assert.Contains("--url needs --token or --password", run.Error.ToString());
        Assert.Empty(gateway.Requests);
    }

    [Theory]
    [InlineData("ws://127.0.0.1:{0}")]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("127.0.0.1:{0}")]
    public async Task An_address_may_be_written_in_several_ways(string shape)
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("health", """{"ok":true}""");
        using CliRun run = new();
        string url = shape.Replace("{0}", gateway.Port.ToString());
        Assert.Equal(0, await run.InvokeAsync("health", "--url", url, "--token", ScriptedGateway.Token));
    }

    [Theory]
    [InlineData("--url", "ftp://x", "'ftp://x' is not an address")]
    [InlineData("--port", "70000", "70000 is not a port")]
    [InlineData("--timeout", "0", "0 is not a time")]
    [InlineData("--port", "many", "--port")]
    public async Task A_wrong_value_is_named(string option, string value, string expected)
    {
        using CliRun run = new();
        Assert.Equal(2, await run.InvokeAsync("health", option, value, "--token", "t"));
        Assert.Contains(expected, run.Error.ToString());
    }

    [Fact]
    public async Task A_gateway_that_never_greets_is_unreachable_within_the_timeout()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using CliRun run = new();
        int exit = await run.InvokeAsync("health", "--port", port.ToString(), "--token", "t", "--timeout", "150");
        Assert.Equal((int)ExitCode.Unreachable, exit);
        Assert.Contains("did not answer within 0.2 s", run.Error.ToString());
    }

    [Fact]
    public async Task A_gateway_that_goes_away_fails_the_waiting_call()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("health", call => call.CloseAsync(1012, "service restart"));
        using CliRun run = new(gateway);
        Assert.Equal((int)ExitCode.Unreachable, await run.InvokeAsync("health"));
        Assert.Contains("is going down (service restart)", run.Error.ToString());
    }

    [Fact]
    public async Task A_failed_method_is_exit_1_with_the_gateways_words()
    {
        await using ScriptedGateway gateway = new();
        gateway.Refuses("health", """{"code":"UNAVAILABLE","message":"too busy"}""");
        using CliRun run = new(gateway);
        Assert.Equal((int)ExitCode.Failed, await run.InvokeAsync("health"));
        Assert.Equal("openclaw: health: too busy (UNAVAILABLE)\n", run.Error.ToString());
    }

    [Fact]
    public async Task Call_asks_for_more_only_when_the_gateway_says_so()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("sessions.reset", call =>
            gateway.Calls("connect").Last().GetProperty("params").GetProperty("scopes").GetArrayLength() > 1
                ? call.AnswerAsync("""{"ok":true}""")
                : call.RefuseAsync(
                    """{"code":"FORBIDDEN","message":"missing scope: operator.admin","details":{"code":"MISSING_SCOPE","missingScope":"operator.admin"}}"""));
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("gateway", "call", "sessions.reset", "--params", """{"key":"main"}"""));
        Assert.True(run.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(
            ["""["operator.read"]""", """["operator.read","operator.admin"]"""],
            gateway.Calls("connect").Select(frame => frame.GetProperty("params").GetProperty("scopes").GetRawText()));
        Assert.Equal("""{"key":"main"}""", gateway.Calls("sessions.reset").Last().GetProperty("params").GetRawText());
    }

    [Fact]
    public async Task Call_refuses_parameters_that_are_not_json()
    {
        using CliRun run = new();
        Assert.Equal(2, await run.InvokeAsync("gateway", "call", "health", "--params", "key=main"));
        Assert.Contains("--params is not JSON", run.Error.ToString());
    }
}

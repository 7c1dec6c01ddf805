using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class DevicesCommandTests
{
    private const string OneWaits =
        """{"pending":[{"requestId":"r1","deviceId":"d1","role":"operator","scopes":["operator.read"],"clientId":"cli","ts":0}],"paired":[]}""";

    private const string Nothing = """{"pending":[],"paired":[]}""";

    [Fact]
    public async Task Approve_takes_the_only_request_that_waits()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("device.pair.list", call => call.AnswerAsync(OneWaits));
        gateway.On("node.pair.list", call => call.AnswerAsync(Nothing));
        gateway.On("device.pair.approve", call => call.AnswerAsync(
            $$$"""{"requestId":"{{{call.Params.GetProperty("requestId").GetString()}}}","device":{"deviceId":"d1"}}"""));
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("devices", "approve"));
        Assert.Equal("approved device d1\n", run.Out.ToString());
        using CliRun list = new(gateway);
        Assert.Equal(0, await list.InvokeAsync("devices"));
        Assert.Contains("r1", list.Out.ToString());
    }

    [Fact]
    public async Task Approve_says_when_nothing_waits()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("device.pair.list", call => call.AnswerAsync(Nothing));
        gateway.On("node.pair.list", call => call.AnswerAsync(Nothing));
        using CliRun run = new(gateway);
        Assert.Equal(2, await run.InvokeAsync("devices", "approve"));
        Assert.Contains("nothing waits for approval", run.Error.ToString());
    }

    [Fact]
    public async Task Qr_prints_a_code_and_a_picture()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("device.pair.setupCode", call => call.AnswerAsync(
            """{"setupId":"s1","setupCode":"eyJ1cmwiOiJ3czovLzEwLjAuMC4xIn0","gatewayUrl":"ws://10.0.0.1:18789","expiresAtMs":1}"""));
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("qr"));
        Assert.Contains("setup code  eyJ1", run.Out.ToString());
        Assert.Contains("█", run.Out.ToString());
        using CliRun bare = new(gateway);
        Assert.Equal(0, await bare.InvokeAsync("qr", "--setup-code-only"));
        Assert.Equal("eyJ1cmwiOiJ3czovLzEwLjAuMC4xIn0\n", bare.Out.ToString());
    }
}

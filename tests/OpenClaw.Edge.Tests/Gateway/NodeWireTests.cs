using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class NodeWireTests : IAsyncLifetime
{
    private readonly TestDevice _device = new();
    private ScriptedModelServer _model = null!;
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;
    private GatewayTestClient _owner = null!;
    private GatewayTestClient _node = null!;

    public async ValueTask InitializeAsync()
    {
        _model = ScriptedModelServer.Start();
        _home = new GatewayHome(_model.BaseUri);
        _gateway = await RunningGateway.StartAsync(_home);
        _owner = await _gateway.ConnectAsync("operator.admin");
        _node = await JoinAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _owner.DisposeAsync();
        await _gateway.DisposeAsync();
        _home.Dispose();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task What_a_node_offers_is_used_only_after_its_second_pairing()
    {
        JsonElement hello = _node.Hello.GetProperty("auth");
        Assert.Equal("node", hello.GetProperty("role").GetString());
        Assert.Empty(hello.GetProperty("scopes").EnumerateArray());
        JsonElement row = Assert.Single((await _owner.CallAsync("node.list")).GetProperty("nodes").EnumerateArray());
        Assert.Equal("pending-approval", row.GetProperty("approvalState").GetString());
        Assert.Empty(row.GetProperty("commands").EnumerateArray());
        GatewayCallException early = await Assert.ThrowsAsync<GatewayCallException>(() => InvokeAsync("camera.snap", 5000));
        Assert.Contains("is pending approval", early.Message, StringComparison.Ordinal);

        await ApproveAsync();
        JsonElement after = await _owner.CallAsync("node.describe", $$"""{"nodeId":"{{_device.Id}}"}""");
        Assert.Equal("approved", after.GetProperty("approvalState").GetString());
        Assert.Equal(["camera.snap", "slow.one"], after.GetProperty("commands").EnumerateArray().Select(item => item.GetString()));
        Assert.Empty((await _owner.CallAsync("node.pair.list")).GetProperty("pending").EnumerateArray());

        await _node.DisposeAsync();
        _node = await JoinAsync();
        JsonElement again = await _owner.CallAsync("node.describe", $$"""{"nodeId":"{{_device.Id}}"}""");
        Assert.Equal("approved", again.GetProperty("approvalState").GetString());
    }

    [Fact]
    public async Task A_command_goes_to_the_node_and_its_answer_back()
    {
        await ApproveAsync();
        Task<JsonElement> waiting = InvokeAsync("camera.snap", 5000);
        JsonElement request = await _node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
        Assert.False(request.TryGetProperty("seq", out _));
        JsonElement payload = request.GetProperty("payload");
        Assert.Equal("""{"facing":"back"}""", payload.GetProperty("paramsJSON").GetString());
        string id = payload.GetProperty("id").GetString()!;
        JsonElement taken = await _node.CallAsync("node.invoke.result", $$$"""{"id":"{{{id}}}","nodeId":"{{{_device.Id}}}","ok":true,"payloadJSON":"{\"w\":640}"}""");
        Assert.False(taken.TryGetProperty("ignored", out _));

        JsonElement answer = await waiting;
        Assert.Equal(640, answer.GetProperty("payload").GetProperty("w").GetInt32());
        Assert.Equal("""{"w":640}""", answer.GetProperty("payloadJSON").GetString());
        JsonElement late = await _node.CallAsync("node.invoke.result", $$"""{"id":"{{id}}","nodeId":"{{_device.Id}}","ok":true}""");
        Assert.True(late.GetProperty("ignored").GetBoolean());
    }

    [Fact]
    public async Task An_answer_without_words_is_an_answer()
    {
        await ApproveAsync();
        Task<JsonElement> waiting = InvokeAsync("camera.snap", 5000);
        JsonElement request = await _node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
        string id = request.GetProperty("payload").GetProperty("id").GetString()!;
        await _node.CallAsync("node.invoke.result", $$"""{"id":"{{id}}","nodeId":"{{_device.Id}}","ok":true,"payloadJSON":""}""");

        Assert.True((await waiting).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_silent_node_times_out_and_is_told_to_stop()
    {
        await ApproveAsync();
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => InvokeAsync("slow.one", 100));
        Assert.Equal("UNAVAILABLE: TIMEOUT: node invoke timed out", error.Message);
        Assert.True(error.Error.GetProperty("details").GetProperty("nodeCommandDispatched").GetBoolean());
        await _node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.cancel"));
    }

    [Fact]
    public async Task A_node_that_goes_fails_its_command_and_an_absent_one_is_not_asked()
    {
        await ApproveAsync();
        Task<JsonElement> waiting = InvokeAsync("slow.one", 30_000);
        await _node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
        _node.Abort();
        GatewayCallException gone = await Assert.ThrowsAsync<GatewayCallException>(() => waiting);
        Assert.Equal("NOT_CONNECTED", gone.Error.GetProperty("details").GetProperty("code").GetString());

        GatewayCallException absent = await Assert.ThrowsAsync<GatewayCallException>(() => InvokeAsync("slow.one", 1000));
        Assert.Equal("UNAVAILABLE: node not connected", absent.Message);
        Assert.False(absent.Error.GetProperty("details").GetProperty("nodeCommandDispatched").GetBoolean());
    }

    [Fact]
    public async Task Roles_keep_to_their_methods()
    {
        GatewayCallException node = await Assert.ThrowsAsync<GatewayCallException>(() => _node.CallAsync("status"));
        Assert.Equal("INVALID_REQUEST: unauthorized role: node", node.Message);
        GatewayCallException person = await Assert.ThrowsAsync<GatewayCallException>(() => _owner.CallAsync("skills.bins"));
        Assert.Equal("INVALID_REQUEST: unauthorized role: operator", person.Message);
        Assert.Empty((await _node.CallAsync("skills.bins")).GetProperty("bins").EnumerateArray());
        Assert.True((await _node.CallAsync("node.event", """{"event":"node.presence.alive","payload":{}}""")).GetProperty("handled").GetBoolean());
        Assert.False((await _node.CallAsync("node.pending.drain")).GetProperty("hasMore").GetBoolean());
        await _node.CallAsync("health");
    }

    private Task<GatewayTestClient> JoinAsync() => _device.ConnectAsync(
        _gateway.BaseUri,
        new Dictionary<string, string> { ["token"] = _home.Token },
        "node",
        client: "node-host",
        mode: "node",
        more: ""","caps":["camera"],"commands":["camera.snap","slow.one"],"permissions":{"camera":true}""");

    private async Task ApproveAsync()
    {
        JsonElement asked = await _owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"));
        string requestId = asked.GetProperty("payload").GetProperty("requestId").GetString()!;
        JsonElement approved = await _owner.CallAsync("node.pair.approve", $$"""{"requestId":"{{requestId}}"}""");
        Assert.Equal(_device.Id, approved.GetProperty("node").GetProperty("nodeId").GetString());
    }

    private Task<JsonElement> InvokeAsync(string command, int timeoutMs) => _owner.CallAsync(
        "node.invoke",
        $$$"""{"nodeId":"{{{_device.Id}}}","command":"{{{command}}}","params":{"facing":"back"},"timeoutMs":{{{timeoutMs}}},"idempotencyKey":"k-{{{command}}}-{{{timeoutMs}}}"}""");
}

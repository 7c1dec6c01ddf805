using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A client's <c>system.run</c> on a node: the node believes that somebody has allowed it, so that only somebody's word says so.</summary>
public sealed class Words_for_a_nodes_command : WithClient
{
    private readonly TestDevice _device = new();

    [Fact]
    public async Task A_client_cannot_allow_its_own_command()
    {
        await using GatewayTestClient node = await JoinAsync();
        await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");
        GatewayCallException bare = await RefusedAsync(writer, "node.invoke", Invoke("""{"command":["rm","x"],"approved":true}"""));
        GatewayCallException word = await RefusedAsync(writer, "node.invoke", Invoke("""{"command":["rm","x"],"approvalDecision":"allow-always","runId":"made-up"}"""));
        Task<JsonElement> plain = writer.CallAsync("node.invoke", Invoke("""{"command":["ls"],"approved":false,"cwd":"/srv","sneaked":1}"""));
        JsonElement sent = await SentAsync(node);
        await plain;

        Assert.Equal(("INVALID_REQUEST: approval override requires params.runId", "MISSING_RUN_ID"), (bare.Message, Code(bare)));
        Assert.Equal(("INVALID_REQUEST: unknown or expired approval id", "UNKNOWN_APPROVAL_ID"), (word.Message, Code(word)));
        Assert.Equal("""{"command":["ls"],"cwd":"/srv"}""", sent.GetRawText());
        Assert.Single(node.Events, frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
    }

    [Fact]
    public async Task A_word_is_good_for_that_command_once_and_for_who_asked()
    {
        await using GatewayTestClient node = await JoinAsync();
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        await AllowedAsync(asker, "a1", """ "commandArgv":["rm","x"],"command":"rm x","cwd":"/srv","env":{"A":"1"}""");
        string right = Claim("a1", """ "command":["rm","x"],"cwd":"/srv","env":{"A":"1"}""");
        GatewayCallException other = await RefusedAsync(asker, "node.invoke", Invoke(Claim("a1", """ "command":["rm","y"],"cwd":"/srv","env":{"A":"1"}""")));
        GatewayCallException elsewhere = await RefusedAsync(asker, "node.invoke", Invoke(Claim("a1", """ "command":["rm","x"],"cwd":"/","env":{"A":"1"}""")));
        GatewayCallException changed = await RefusedAsync(asker, "node.invoke", Invoke(Claim("a1", """ "command":["rm","x"],"cwd":"/srv","env":{"A":"2"}""")));
        GatewayCallException stranger = await RefusedAsync("node.invoke", Invoke(right));
        Task<JsonElement> runs = asker.CallAsync("node.invoke", Invoke(right));
        JsonElement sent = await SentAsync(node);
        await runs;
        GatewayCallException again = await RefusedAsync(asker, "node.invoke", Invoke(right));

        Assert.All([other, elsewhere, changed], refused => Assert.Equal("APPROVAL_REQUEST_MISMATCH", Code(refused)));
        Assert.Equal("APPROVAL_DEVICE_MISMATCH", Code(stranger));
        Assert.Equal(("allow-once", true), (sent.GetProperty("approvalDecision").GetString(), sent.GetProperty("approved").GetBoolean()));
        Assert.Equal("""["rm","x"]""", sent.GetProperty("command").GetRawText());
        Assert.Equal("APPROVAL_REQUIRED", Code(again));
    }

    [Fact]
    public async Task A_word_for_a_plan_runs_the_plan()
    {
        await using GatewayTestClient node = await JoinAsync();
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        JsonElement shown = await AllowedAsync(
            asker, "a2", """ "command":"ls","systemRunPlan":{"argv":["rm","-r","/"],"cwd":"/","commandText":"ls","agentId":"main","sessionKey":"agent:main:main"},"env":{"GIT_SSH":"x"}""");
        Task<JsonElement> runs = asker.CallAsync(
            "node.invoke", Invoke(Claim("a2", """ "command":["ls"],"cwd":"/srv","systemRunPlan":{"argv":["ls"]},"env":{"GIT_SSH":"x"}""")));
        JsonElement sent = await SentAsync(node);
        await runs;

        Assert.Equal(("rm -r /", "GIT_SSH"), (shown.GetProperty("command").GetString(), shown.GetProperty("envKeys")[0].GetString()));
        Assert.Equal(("""["rm","-r","/"]""", """["rm","-r","/"]""", "/"), (
            sent.GetProperty("command").GetRawText(), sent.GetProperty("systemRunPlan").GetProperty("argv").GetRawText(), sent.GetProperty("cwd").GetString()));
    }

    [Fact]
    public async Task A_word_for_another_machine_a_no_and_silence_are_none()
    {
        await using GatewayTestClient node = await JoinAsync();
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        await AllowedAsync(asker, "here", """ "commandArgv":["ls"],"host":"gateway" """);
        await AllowedAsync(asker, "there", """ "commandArgv":["ls"],"nodeId":"another" """);
        await AllowedAsync(asker, "no", """ "commandArgv":["ls"]""", "deny");
        await AllowedAsync(asker, "vague", """ "command":"ls" """);
        string[] codes = await Task.WhenAll(((string[])["here", "there", "no", "vague"]).Select(
            async id => Code(await RefusedAsync(asker, "node.invoke", Invoke(Claim(id, """ "command":["ls"]"""))))));

        Assert.Equal(["APPROVAL_NODE_BINDING_MISSING", "APPROVAL_NODE_MISMATCH", "APPROVAL_REQUIRED", "APPROVAL_REQUEST_MISMATCH"], codes);
        Assert.DoesNotContain(node.Events, frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
    }

    private static string Code(GatewayCallException refused) => refused.Error.GetProperty("details").GetProperty("code").GetString()!;

    private static string Claim(string id, string members) => $$"""{{{members}},"runId":"{{id}}","approved":true,"approvalDecision":"allow-once"}""";

    private string Invoke(string parameters) =>
        $$"""{"nodeId":"{{_device.Id}}","command":"system.run","params":{{parameters}},"idempotencyKey":"{{Guid.NewGuid()}}"}""";

    // Asks, answers for the person, and gives what the person was shown.
    private async Task<JsonElement> AllowedAsync(GatewayTestClient asker, string id, string members, string word = "allow-once")
    {
        string host = members.Contains("\"host\"", StringComparison.Ordinal) ? "" : "\"host\":\"node\",";
        string node = members.Contains("\"nodeId\"", StringComparison.Ordinal) ? "" : $"\"nodeId\":\"{_device.Id}\",";
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", $$"""{"id":"{{id}}",{{host}}{{node}}{{members}}}""");
        JsonElement shown = await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested")
            && frame.GetProperty("payload").GetProperty("id").ValueEquals(id));
        await Client.CallAsync("exec.approval.resolve", $$"""{"id":"{{id}}","decision":"{{word}}"}""");
        await asked;
        return shown.GetProperty("payload").GetProperty("request");
    }

    // What the node is sent; it answers.
    private async Task<JsonElement> SentAsync(GatewayTestClient node)
    {
        JsonElement request = (await node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.request"))).GetProperty("payload");
        await node.CallAsync("node.invoke.result", $$"""{"id":"{{request.GetProperty("id").GetString()}}","nodeId":"{{_device.Id}}","ok":true}""");
        using JsonDocument sent = JsonDocument.Parse(request.GetProperty("paramsJSON").GetString()!);
        return sent.RootElement.Clone();
    }

    private async Task<GatewayTestClient> JoinAsync()
    {
        GatewayTestClient node = await _device.ConnectAsync(
            Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token }, "node", client: "node-host", mode: "node",
            more: ""","caps":["system"],"commands":["system.run"]""");
        JsonElement asked = await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"));
        await Client.CallAsync("node.pair.approve", $$"""{"requestId":"{{asked.GetProperty("payload").GetProperty("requestId").GetString()}}"}""");
        return node;
    }
}

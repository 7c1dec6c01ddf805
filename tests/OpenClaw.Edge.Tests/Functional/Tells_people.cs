using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Gateway;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The tool <c>message</c>: words to a person outside of the answer of a turn.</summary>
public sealed class Tells_people() : WithGateway
{
    [Fact]
    public async Task A_job_tells_the_main_session_and_what_is_not_here_is_said_so()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        await client.ChatAsync("kitchen", "hello");
        Model.Enqueue(
            ModelAnswer.Call("message", """{"action":"send","message":"The tea is ready."}"""),
            ModelAnswer.Call("message", """{"action":"send","message":"In the kitchen too.","target":"agent:main:kitchen"}"""),
            ModelAnswer.Call("message", """{"action":"send","message":"x","target":"telegram:123"}"""),
            ModelAnswer.Call("message", """{"action":"send","message":"x","channel":"whatsapp","target":"+431234"}"""),
            ModelAnswer.Call("message", """{"action":"react","message":"x"}"""),
            ModelAnswer.Call("message", """{"action":"send","message":""}"""),
            ModelAnswer.Call("message", """{"action":"send","message":"x","target":"agent:main:nowhere"}"""),
            ModelAnswer.Call("message", """{"action":"send","message":"x","target":"node:phone"}"""),
            ModelAnswer.Say("Told."));
        JsonElement job = await client.CallAsync(
            "cron.add",
            """{"name":"tea","schedule":{"kind":"cron","expr":"0 7 * * *","tz":"UTC"},"sessionTarget":"isolated","payload":{"kind":"agentTurn","message":"tell me"},"delivery":{"mode":"none"}}""");
        await client.CallAsync("cron.run", $$"""{"id":"{{job.GetProperty("id").GetString()}}"}""");
        await client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "cron" && frame.GetProperty("payload").GetProperty("action").GetString() == "finished");

        JsonElement shown = await client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "chat"
            && frame.GetProperty("payload").GetProperty("runId").GetString()!.StartsWith("inject-", StringComparison.Ordinal));
        string[] results = ToolResults(Model.ChatRequests[^1]);
        Assert.Equal("agent:main:main", shown.GetProperty("payload").GetProperty("sessionKey").GetString());
        Assert.Equal("assistant: The tea is ready.", (await client.HistoryAsync("main"))[^1]);
        Assert.Equal("assistant: In the kitchen too.", (await client.HistoryAsync("kitchen"))[^1]);
        Assert.StartsWith("sent to agent:main:main", results[0]);
        Assert.StartsWith("sent to agent:main:kitchen", results[1]);
        Assert.Contains("there is no channel 'telegram' here, so nothing was sent. Channels: webchat", results[2]);
        Assert.Contains("there is no channel 'whatsapp' here", results[3]);
        Assert.Contains("action", results[4]);
        Assert.Contains("message is empty", results[5]);
        Assert.Contains("there is no session agent:main:nowhere", results[6]);
        Assert.Contains("there is no node 'phone'", results[7]);
        Assert.DoesNotContain("message", ToolNames(Model.ChatRequests[0])); // where a person reads the answer it has no use
        Assert.Contains("message", ToolNames(Model.ChatRequests[2]));
    }

    [Fact]
    public async Task What_was_told_is_part_of_the_talk()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        Model.Enqueue(ModelAnswer.Call("message", """{"action":"send","message":"The tea is ready."}"""), ModelAnswer.Say("Told."));
        JsonElement job = await client.CallAsync(
            "cron.add",
            """{"name":"tea","schedule":{"kind":"cron","expr":"0 7 * * *","tz":"UTC"},"sessionTarget":"isolated","payload":{"kind":"agentTurn","message":"tell me"},"delivery":{"mode":"none"}}""");
        await client.CallAsync("cron.run", $$"""{"id":"{{job.GetProperty("id").GetString()}}"}""");
        await client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "cron" && frame.GetProperty("payload").GetProperty("action").GetString() == "finished");
        await client.ChatAsync("main", "what did you say?");

        Assert.Contains("The tea is ready.", Model.ChatRequests[^1].BodyText);
    }

    [Fact]
    public async Task A_node_that_shows_notices_gets_one()
    {
        TestDevice device = new();
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await using GatewayTestClient node = await device.ConnectAsync(
            Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token }, "node", client: "node-host", mode: "node",
            more: ""","caps":[],"commands":["system.notify"],"permissions":{}""");
        JsonElement asked = await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"));
        await client.ChatAsync("main", "hello");
        await owner.CallAsync("node.pair.approve", $$"""{"requestId":"{{asked.GetProperty("payload").GetProperty("requestId").GetString()}}"}""");
        JsonElement row = (await owner.CallAsync("node.list")).GetProperty("nodes")[0];
        string name = row.GetProperty("displayName").GetString()!;
        Model.Enqueue(
            ModelAnswer.Call("message", $$"""{"action":"send","message":"Look up.","target":"node:{{name}}"}"""),
            ModelAnswer.Say("Done."));
        Task<ChatTurn> turn = client.ChatAsync("main", "tell my phone");
        JsonElement request = (await node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.request"))).GetProperty("payload");
        await node.CallAsync("node.invoke.result", $$"""{"id":"{{request.GetProperty("id").GetString()}}","nodeId":"{{device.Id}}","ok":true}""");
        await turn;

        Assert.Equal("system.notify", request.GetProperty("command").GetString());
        Assert.Equal("""{"title":"OpenClaw","body":"Look up."}""", request.GetProperty("paramsJSON").GetString());
        Assert.Equal($"shown on {name}", ToolResults(Model.ChatRequests[^1])[0]);
        Assert.DoesNotContain("message", ToolNames(Model.ChatRequests[0])); // it was not approved yet
        Assert.Contains("message", ToolNames(Model.ChatRequests[1]));
    }

    [Fact]
    public async Task The_policy_holds_for_it()
    {
        Home.WriteConfig("tools: { deny: ['group:messaging'] },");
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await Gateway.ReloadAsync();
        await client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "config.changed");
        JsonElement job = await client.CallAsync(
            "cron.add",
            """{"name":"tea","schedule":{"kind":"cron","expr":"0 7 * * *","tz":"UTC"},"sessionTarget":"isolated","payload":{"kind":"agentTurn","message":"tell me"},"delivery":{"mode":"none"}}""");
        Model.Enqueue(ModelAnswer.Call("message", """{"action":"send","message":"x"}"""), ModelAnswer.Say("No."));
        await client.CallAsync("cron.run", $$"""{"id":"{{job.GetProperty("id").GetString()}}"}""");
        await client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "cron" && frame.GetProperty("payload").GetProperty("action").GetString() == "finished");

        Assert.DoesNotContain("message", ToolNames(Model.ChatRequests[0]));
        Assert.Contains("there is no tool 'message'", ToolResults(Model.ChatRequests[^1])[0]);
    }

    private static string[] ToolNames(ScriptedRequest request) =>
        [.. request.Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)];

    private static string[] ToolResults(ScriptedRequest request) =>
    [
        .. request.Json.GetProperty("messages").EnumerateArray()
            .Where(message => message.GetProperty("role").GetString() == "tool").Select(message => message.GetProperty("content").GetString()!),
    ];
}

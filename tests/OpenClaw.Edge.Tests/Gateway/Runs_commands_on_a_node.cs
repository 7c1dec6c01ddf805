using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.create</c> with <c>execNode</c>: the tool <c>exec</c> of that session works on a paired node, below the approval policy.</summary>
public abstract class Runs_commands_on_a_node(string mode) : WithClient($"tools:{{exec:{{mode:'{mode}'}}}},")
{
    private readonly TestDevice _device = new();

    protected Task<GatewayTestClient> ConnectAsync(string command) => _device.ConnectAsync(
        Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Gateway.Home.Token }, "node", client: "node-host", mode: "node",
        more: $""","caps":["system"],"commands":["{command}"]""");

    protected async Task<GatewayTestClient> JoinAsync()
    {
        GatewayTestClient node = await ConnectAsync("system.run");
        JsonElement asked = await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"));
        await Client.CallAsync("node.pair.approve", $$"""{"requestId":"{{asked.GetProperty("payload").GetProperty("requestId").GetString()}}"}""");
        return node;
    }

    protected string NodeId => _device.Id;

    protected async Task<string> BoundAsync(string more = "") =>
        (await Client.CallAsync("sessions.create", $$"""{"execNode":"{{NodeId}}"{{more}}}""")).GetProperty("key").GetString()!;

    /// <summary>Has the model call exec once and then say something; the run.</summary>
    protected async Task<string> AskAsync(string key, string arguments)
    {
        Model.Enqueue(ModelAnswer.Call("exec", arguments));
        Model.Enqueue(ModelAnswer.Say("done"));
        return await Client.SendChatAsync(key, "go on");
    }

    protected async Task AnswerAsync(GatewayTestClient node, string payload)
    {
        JsonElement request = await RequestAsync(node);
        string text = JsonEncodedText.Encode(payload).ToString();
        await node.CallAsync(
            "node.invoke.result", $$$"""{"id":"{{{request.GetProperty("id").GetString()}}}","nodeId":"{{{NodeId}}}","ok":true,"payloadJSON":"{{{text}}}"}""");
    }

    protected static async Task<JsonElement> RequestAsync(GatewayTestClient node) =>
        (await node.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.invoke.request"))).GetProperty("payload");

    /// <summary>What the model was told of the call.</summary>
    protected string Told => Encoding.UTF8.GetString(Model.ChatRequests[^1].Body.Span);

    public sealed class Where_everything_may_run() : Runs_commands_on_a_node("full")
    {
        [Fact]
        public async Task The_command_goes_there_and_its_output_to_the_model()
        {
            await using GatewayTestClient node = await JoinAsync();
            string key = await BoundAsync(""","cwd":"/srv/there" """);
            string run = await AskAsync(key, """{"command":"uname -n","env":{"A":"1"},"timeoutSeconds":20}""");
            JsonElement request = await RequestAsync(node);
            using JsonDocument asked = JsonDocument.Parse(request.GetProperty("paramsJSON").GetString()!);
            JsonElement parameters = asked.RootElement;
            await node.CallAsync("node.invoke.result", $$$"""{"id":"{{{request.GetProperty("id").GetString()}}}","nodeId":"{{{NodeId}}}","ok":true,"payloadJSON":"{\"exitCode\":3,\"stdout\":\"attic\\n\",\"stderr\":\"\",\"timedOut\":false,\"success\":false}"}""");
            await Client.FollowAsync(run);

            Assert.Equal("system.run", request.GetProperty("command").GetString());
            Assert.Equal(["/bin/sh", "-lc", "uname -n"], parameters.GetProperty("command").EnumerateArray().Select(word => word.GetString()));
            Assert.Equal(("/srv/there", "uname -n", 20_000), (parameters.GetProperty("cwd").GetString(), parameters.GetProperty("rawCommand").GetString(), parameters.GetProperty("timeoutMs").GetInt32()));
            Assert.Equal("1", parameters.GetProperty("env").GetProperty("A").GetString());
            Assert.Equal((key, "main"), (parameters.GetProperty("sessionKey").GetString(), parameters.GetProperty("agentId").GetString()));
            Assert.Contains($"Node: {NodeId}", Told, StringComparison.Ordinal);
            Assert.Contains("attic", Told, StringComparison.Ordinal);
            Assert.Contains("exited with code 3", Told, StringComparison.Ordinal);
            JsonElement row = (await Client.CallAsync("sessions.describe", $$"""{"key":"{{key}}"}""")).GetProperty("session");
            Assert.Equal(NodeId, row.GetProperty("execNode").GetString());
        }

        [Fact]
        public async Task Without_the_node_nothing_runs()
        {
            string key = await BoundAsync();
            await Client.FollowAsync(await AskAsync(key, """{"command":"touch here"}"""));
            Assert.Contains("exec host=node requires a connected node that supports system.run", Told, StringComparison.Ordinal);
            Assert.Contains("is not connected", Told, StringComparison.Ordinal);

            await Client.FollowAsync(await AskAsync(key, """{"command":"touch here","host":"gateway"}"""));
            Assert.Contains($"the commands of this session run on the node {NodeId}", Told, StringComparison.Ordinal);
            await Client.FollowAsync(await AskAsync("main", """{"command":"touch here","host":"node"}"""));
            Assert.Contains("not allowed here", Told, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFiles(Gateway.Home.Root, "here", SearchOption.AllDirectories));
        }

        [Fact]
        public async Task A_node_that_came_back_before_its_old_socket_is_missed_is_one_node()
        {
            await using GatewayTestClient old = await JoinAsync();
            string key = await BoundAsync();
            await using GatewayTestClient now = await ConnectAsync("system.run");
            string run = await AskAsync(key, """{"command":"id"}""");
            await AnswerAsync(now, """{"exitCode":0,"stdout":"it is me","stderr":"","timedOut":false,"success":true}""");
            await Client.FollowAsync(run);

            Assert.Contains("it is me", Told, StringComparison.Ordinal);
        }

        [Fact]
        public async Task A_node_that_refuses_is_quoted()
        {
            await using GatewayTestClient node = await JoinAsync();
            string run = await AskAsync(await BoundAsync(), """{"command":"id"}""");
            string id = (await RequestAsync(node)).GetProperty("id").GetString()!;
            await node.CallAsync("node.invoke.result", $$$"""{"id":"{{{id}}}","nodeId":"{{{NodeId}}}","ok":false,"error":{"code":"SYSTEM_RUN_DENIED","message":"not on my list"}}""");
            await Client.FollowAsync(run);

            Assert.Contains("not on my list", Told, StringComparison.Ordinal);
        }

        [Fact]
        public async Task Only_an_administrator_binds_a_session()
        {
            await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");
            Assert.Contains("operator.admin", (await RefusedAsync(writer, "sessions.create", """{"execNode":"x"}""")).Message, StringComparison.Ordinal);
            Assert.Contains("operator.admin", (await RefusedAsync(writer, "sessions.patch", """{"key":"main","execNode":"x"}""")).Message, StringComparison.Ordinal);
        }
    }

    public sealed class Where_a_person_is_asked() : Runs_commands_on_a_node("ask")
    {
        [Fact]
        public async Task It_runs_when_the_person_says_so()
        {
            await using GatewayTestClient node = await JoinAsync();
            string key = await BoundAsync();
            string denied = await AskAsync(key, """{"command":"rm it","env":{"GIT_SSH":"x"}}""");
            JsonElement first = await AskedAsync("rm it");
            await Client.CallAsync("exec.approval.resolve", $$"""{"id":"{{first.GetProperty("id").GetString()}}","decision":"deny"}""");
            await Client.FollowAsync(denied);
            Assert.Contains("the person refused this command", Told, StringComparison.Ordinal);

            string allowed = await AskAsync(key, """{"command":"ls it"}""");
            JsonElement second = await AskedAsync("ls it");
            await Client.CallAsync("exec.approval.resolve", $$"""{"id":"{{second.GetProperty("id").GetString()}}","decision":"allow-once"}""");
            await AnswerAsync(node, """{"exitCode":0,"stdout":"listed","stderr":"","timedOut":false,"success":true}""");
            await Client.FollowAsync(allowed);

            Assert.Equal("GIT_SSH", Assert.Single(first.GetProperty("request").GetProperty("envKeys").EnumerateArray()).GetString());
            Assert.Equal(("node", NodeId), (second.GetProperty("request").GetProperty("host").GetString(), second.GetProperty("request").GetProperty("nodeId").GetString()));
            Assert.Contains("listed", Told, StringComparison.Ordinal);
            Assert.Single(node.Events, frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
        }

        [Fact]
        public async Task What_it_offers_no_longer_when_the_person_says_so_is_not_asked_of_it()
        {
            GatewayTestClient node = await JoinAsync();
            string key = await BoundAsync();
            string run = await AskAsync(key, """{"command":"ls it"}""");
            JsonElement asked = await AskedAsync("ls it");
            await node.DisposeAsync();
            await using GatewayTestClient less = await ConnectAsync("camera.snap");
            await Client.CallAsync("exec.approval.resolve", $$"""{"id":"{{asked.GetProperty("id").GetString()}}","decision":"allow-once"}""");
            await Client.FollowAsync(run);

            Assert.Contains("requires a connected node that supports system.run", Told, StringComparison.Ordinal);
            Assert.DoesNotContain(less.Events, frame => frame.GetProperty("event").ValueEquals("node.invoke.request"));
        }

        private async Task<JsonElement> AskedAsync(string command) =>
            (await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested")
                && frame.GetProperty("payload").GetProperty("request").GetProperty("command").ValueEquals(command))).GetProperty("payload");
    }
}

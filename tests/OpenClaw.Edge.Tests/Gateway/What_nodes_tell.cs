using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>node.event</c>, and what waits until a phone's app is in front.</summary>
public sealed class What_nodes_tell : WithClient
{
    private readonly TestDevice _device = new();
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    [Fact]
    public async Task How_its_machine_is_is_kept_and_told()
    {
        await using GatewayTestClient node = await JoinAsync();

        JsonElement taken = await TellAsync(node, "node.host.stats", """{"cpuCount":4,"loadAverage":[0.5,0.25,1],"memoryTotalBytes":100,"memoryFreeBytes":40}""");
        JsonElement told = (await Client.NextEventAsync(Named("node.hostStats"))).GetProperty("payload");
        JsonElement row = await DescribeAsync();

        Assert.Equal("updated", taken.GetProperty("reason").GetString());
        Assert.Equal((4, 0.25), (told.GetProperty("hostStats").GetProperty("cpuCount").GetInt32(), told.GetProperty("hostStats").GetProperty("loadAverage")[1].GetDouble()));
        Assert.True(row.GetProperty("hostStats").GetProperty("updatedAtMs").GetInt64() > 0);
        foreach (string wrong in (string[])
            ["[]", "{}", """{"cpuCount":0,"memoryTotalBytes":1,"memoryFreeBytes":1}""", """{"cpuCount":1,"memoryTotalBytes":1,"memoryFreeBytes":2}""",
                """{"cpuCount":1,"memoryTotalBytes":1,"memoryFreeBytes":1,"diskTotalBytes":5}""", """{"cpuCount":1,"memoryTotalBytes":1,"memoryFreeBytes":1,"more":1}""",
                """{"cpuCount":1,"memoryTotalBytes":1,"memoryFreeBytes":1,"loadAverage":[1,2]}"""])
        {
            JsonElement refused = await TellAsync(node, "node.host.stats", wrong);
            Assert.Equal((false, "invalid_payload"), (refused.GetProperty("handled").GetBoolean(), refused.GetProperty("reason").GetString()));
        }
    }

    [Fact]
    public async Task Whether_its_desktop_is_locked_is_known_while_it_is_connected()
    {
        await using (GatewayTestClient node = await JoinAsync())
        {
            List<string?> reasons = [];
            foreach (string told in (string[])
                ["""{"state":"locked"}""", """{"state":"locked"}""", """{"state":"unlocked"}""", """{"state":"open"}""", """{"state":"locked","more":1}""", "[]"])
            {
                reasons.Add((await TellAsync(node, "node.desktop.availability", told)).GetProperty("reason").GetString());
            }

            Assert.Equal(["updated", "unchanged", "updated", "invalid_payload", "invalid_payload", "invalid_payload"], reasons);
            Assert.Equal("""{"state":"unlocked"}""", (await DescribeAsync()).GetProperty("desktopAvailability").GetRawText());
        }

        await Eventually.HoldsAsync(async () => !(await DescribeAsync()).TryGetProperty("desktopAvailability", out _));
    }

    [Fact]
    public async Task Who_was_used_last_is_the_active_one()
    {
        await using GatewayTestClient node = await JoinAsync();

        JsonElement used = await TellAsync(node, "node.presence.activity", """{"idleSeconds":3}""");
        JsonElement told = (await Client.NextEventAsync(frame => Named("node.presence")(frame) && frame.GetProperty("payload").TryGetProperty("lastActiveAtMs", out _))).GetProperty("payload");
        JsonElement list = await Client.CallAsync("node.list");
        JsonElement cleared = await TellAsync(node, "node.presence.activity", """{"action":"clear"}""");
        JsonElement again = await TellAsync(node, "node.presence.activity", """{"action":"clear"}""");
        JsonElement app = await TellAsync(node, "node.presence.activity", """{"idleSeconds":3,"source":"app"}""");
        JsonElement wrong = await TellAsync(node, "node.presence.activity", """{"idleSeconds":-1}""");

        Assert.Equal("updated", used.GetProperty("reason").GetString());
        Assert.Equal(3000, told.GetProperty("presenceUpdatedAtMs").GetInt64() - told.GetProperty("lastActiveAtMs").GetInt64());
        Assert.Equal(_device.Id, list.GetProperty("activeNodeId").GetString());
        Assert.True(list.GetProperty("nodes")[0].GetProperty("active").GetBoolean());
        Assert.Equal(["cleared", "already_clear", "stale_connection", "invalid_payload"],
            new[] { cleared, again, app, wrong }.Select(answer => answer.GetProperty("reason").GetString()));
        Assert.False((await Client.CallAsync("node.list")).TryGetProperty("activeNodeId", out _));
    }

    [Fact]
    public async Task A_sign_of_life_is_written_once_a_minute_and_what_nobody_knows_is_said_to_be_so()
    {
        await using GatewayTestClient node = await JoinAsync();

        JsonElement first = await TellAsync(node, "node.presence.alive", """{"trigger":"silent_push"}""");
        JsonElement second = await TellAsync(node, "node.presence.alive", "{}");
        JsonElement unknown = await TellAsync(node, "push.apns.register", "{}");

        Assert.Equal(("persisted", "throttled", "unsupported_event"),
            (first.GetProperty("reason").GetString(), second.GetProperty("reason").GetString(), unknown.GetProperty("reason").GetString()));
        Assert.Equal("silent_push", (await DescribeAsync()).GetProperty("lastSeenReason").GetString());
    }

    [Fact]
    public async Task It_follows_a_session_while_it_wants_to()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["hello there"] }, new ModelAnswer { Pieces = ["and again"] }, new ModelAnswer { Pieces = ["unheard"] });
        await using GatewayTestClient node = await JoinAsync();

        await TellAsync(node, "chat.subscribe", """{"sessionKey":"kitchen"}""");
        await Client.ChatAsync("elsewhere", "one");
        await Client.ChatAsync("kitchen", "two");
        JsonElement final = (await node.NextEventAsync(frame => Named("chat")(frame) && frame.GetProperty("payload").GetProperty("state").ValueEquals("final"))).GetProperty("payload");
        await TellAsync(node, "chat.unsubscribe", """{"sessionKey":"kitchen"}""");
        int before = node.Events.Count;
        await Client.ChatAsync("kitchen", "three");
        await node.CallAsync("health");

        Assert.Equal("agent:main:kitchen", final.GetProperty("sessionKey").GetString());
        Assert.Equal("and again", GatewayTestClient.TextOf(final.GetProperty("message")));
        Assert.DoesNotContain(node.Events.Skip(before), frame => Named("chat")(frame));
    }

    [Fact]
    public async Task What_is_said_to_it_and_what_it_asks_become_turns()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["heard you"] }, new ModelAnswer { Pieces = ["will do"] });
        await using GatewayTestClient node = await JoinAsync();

        await TellAsync(node, "voice.transcript", """{"text":"lights on","sessionKey":"kitchen"}""");
        await TellAsync(node, "voice.transcript", """{"text":"lights on","sessionKey":"kitchen"}"""); // heard twice
        string heard = await FinalAsync("agent:main:kitchen");
        await TellAsync(node, "agent.request", """{"message":"shared from the phone","timeoutSeconds":30}""");
        string asked = await FinalAsync($"agent:main:node-{_device.Id}");

        Assert.Equal(("heard you", "will do"), (heard, asked));
        JsonElement history = await Client.CallAsync("chat.history", """{"sessionKey":"kitchen"}""");
        Assert.Equal(2, history.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task It_tells_a_session_of_the_commands_that_it_was_asked_to_run_and_of_no_others()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["noted"] });
        await using GatewayTestClient node = await JoinAsync();
        await ApproveAsync();
        Task<JsonElement> waiting = Client.CallAsync(
            "node.invoke",
            $$"""{"nodeId":"{{_device.Id}}","command":"system.run","params":{"command":["ls"],"runId":"r1","sessionKey":"attic"},"idempotencyKey":"k"}""");
        JsonElement request = (await node.NextEventAsync(Named("node.invoke.request"))).GetProperty("payload");

        JsonElement foreign = await TellAsync(node, "exec.finished", """{"runId":"r2","sessionKey":"attic","exitCode":1,"output":"no"}""");
        JsonElement elsewhere = await TellAsync(node, "exec.finished", """{"runId":"r1","sessionKey":"main","exitCode":1,"output":"no"}""");
        JsonElement told = await TellAsync(node, "exec.finished", """{"runId":"r1","sessionKey":"attic","exitCode":3,"output":"it  is\nbroken"}""");
        JsonElement late = await TellAsync(node, "exec.finished", """{"runId":"r1","sessionKey":"attic","exitCode":3}""");
        await node.CallAsync("node.invoke.result", $$"""{"id":"{{request.GetProperty("id").GetString()}}","nodeId":"{{_device.Id}}","ok":true}""");
        await waiting;

        Assert.Equal(["unmatched_exec_event", "unmatched_exec_event", "unmatched_exec_event"],
            new[] { foreign, elsewhere, late }.Select(answer => answer.GetProperty("reason").GetString()));
        Assert.False(told.TryGetProperty("handled", out _));
        string read = (await Model.NextChatRequestAsync()).BodyText;
        Assert.Contains("code 3)", read, StringComparison.Ordinal);
        Assert.Contains("it is broken", read, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pieces_of_an_answer_are_taken_and_not_passed_on()
    {
        await using GatewayTestClient node = await JoinAsync();
        string piece = $$"""{"invokeId":"i","nodeId":"{{_device.Id}}","seq":0,"chunk":"abc"}""";

        Assert.True((await node.CallAsync("node.invoke.progress", piece)).GetProperty("ignored").GetBoolean());
        GatewayCallException other = await RefusedAsync(node, "node.invoke.progress", """{"invokeId":"i","nodeId":"n","seq":0,"chunk":"abc"}""");
        GatewayCallException large = await RefusedAsync(
            node, "node.invoke.progress", $$"""{"invokeId":"i","nodeId":"{{_device.Id}}","seq":0,"chunk":"{{new string('ä', 8193)}}"}""");

        Assert.Equal(("INVALID_REQUEST: nodeId mismatch", "INVALID_REQUEST: progress chunk too large"), (other.Message, large.Message));
    }

    [Fact]
    public async Task What_a_phone_cannot_do_in_the_background_waits_for_its_app()
    {
        await using GatewayTestClient node = await JoinAsync();
        await ApproveAsync();

        GatewayCallException first = await InBackgroundAsync(node, "camera.snap", "k1");
        GatewayCallException same = await InBackgroundAsync(node, "camera.snap", "k1");
        GatewayCallException other = await InBackgroundAsync(node, "system.run", "k2");
        JsonElement details = first.Error.GetProperty("details");
        string id = details.GetProperty("queuedActionId").GetString()!;
        JsonElement action = Assert.Single((await node.CallAsync("node.pending.pull")).GetProperty("actions").EnumerateArray());
        JsonElement nothing = await node.CallAsync("node.pending.ack", """{"ids":["else"]}""");
        JsonElement done = await node.CallAsync("node.pending.ack", $$"""{"ids":["{{id}}"," {{id}} "]}""");

        Assert.Equal("UNAVAILABLE: node command queued until iOS returns to foreground", first.Message);
        Assert.Equal(("QUEUED_UNTIL_FOREGROUND", true), (details.GetProperty("code").GetString(), first.Error.GetProperty("retryable").GetBoolean()));
        Assert.Equal(id, same.Error.GetProperty("details").GetProperty("queuedActionId").GetString());
        Assert.Equal("NODE_BACKGROUND_UNAVAILABLE", other.Error.GetProperty("details").GetProperty("code").GetString());
        Assert.Equal((id, "camera.snap", """{"facing":"back"}"""),
            (action.GetProperty("id").GetString(), action.GetProperty("command").GetString(), action.GetProperty("paramsJSON").GetString()));
        Assert.Equal((1, 0), (nothing.GetProperty("remainingCount").GetInt32(), done.GetProperty("remainingCount").GetInt32()));
        Assert.Equal([id], done.GetProperty("ackedIds").EnumerateArray().Select(item => item.GetString()));
        Assert.Empty((await node.CallAsync("node.pending.pull")).GetProperty("actions").EnumerateArray());
    }

    [Theory]
    [InlineData("camera.clip", "node command not allowed: the node (platform: ios 26) does not support \"camera.clip\"")]
    [InlineData("system.execApprovals.get", "node.invoke does not allow system.execApprovals.*; use exec.approvals.node.*")]
    [InlineData("worker.launch.v1", "node.invoke does not allow private node controls")]
    public async Task A_command_that_it_may_not_do_is_refused_by_name(string command, string expected)
    {
        await using GatewayTestClient node = await JoinAsync();
        await ApproveAsync();

        GatewayCallException refused = await RefusedAsync("node.invoke", $$"""{"nodeId":"{{_device.Id}}","command":"{{command}}","idempotencyKey":"k"}""");

        Assert.Equal($"INVALID_REQUEST: {expected}", refused.Message);
        Assert.Equal(command, refused.Error.GetProperty("details").GetProperty("command").GetString());
    }

    [Fact]
    public async Task What_waits_for_approval_is_for_those_who_may_approve()
    {
        await using GatewayTestClient node = await JoinAsync();
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read");
        await Client.NextEventAsync(Named("node.pair.requested"));

        JsonElement row = Assert.Single((await reader.CallAsync("node.list")).GetProperty("nodes").EnumerateArray());

        Assert.False(row.TryGetProperty("pendingRequestId", out _));
        Assert.True((await DescribeAsync()).TryGetProperty("pendingDeclaredCommands", out _));
    }

    private async Task<GatewayCallException> InBackgroundAsync(GatewayTestClient node, string command, string key)
    {
        Task<JsonElement> waiting = Client.CallAsync(
            "node.invoke",
            $$$"""{"nodeId":"{{{_device.Id}}}","command":"{{{command}}}","params":{"facing":"back"},"idempotencyKey":"{{{key}}}"}""");
        JsonElement request = (await node.NextEventAsync(frame =>
            Named("node.invoke.request")(frame) && _answered.Add(frame.GetProperty("payload").GetProperty("id").GetString()!))).GetProperty("payload");
        await node.CallAsync(
            "node.invoke.result",
            $$$"""{"id":"{{{request.GetProperty("id").GetString()}}}","nodeId":"{{{_device.Id}}}","ok":false,"error":{"code":"NODE_BACKGROUND_UNAVAILABLE","message":"app in background"}}""");
        return await Assert.ThrowsAsync<GatewayCallException>(() => waiting);
    }

    private async Task<string> FinalAsync(string key)
    {
        JsonElement final = await Client.NextEventAsync(frame => Named("chat")(frame)
            && frame.GetProperty("payload").GetProperty("state").ValueEquals("final") && frame.GetProperty("payload").GetProperty("sessionKey").ValueEquals(key));
        return GatewayTestClient.TextOf(final.GetProperty("payload").GetProperty("message"))!;
    }

    private static Func<JsonElement, bool> Named(string name) => frame => frame.GetProperty("event").ValueEquals(name);

    private static Task<JsonElement> TellAsync(GatewayTestClient node, string name, string payload) =>
        node.CallAsync("node.event", $$"""{"event":"{{name}}","payload":{{payload}}}""");

    private Task<JsonElement> DescribeAsync() => Client.CallAsync("node.describe", $$"""{"nodeId":"{{_device.Id}}"}""");

    private Task<GatewayTestClient> JoinAsync() => _device.ConnectAsync(
        Gateway.BaseUri,
        new Dictionary<string, string> { ["token"] = Home.Token },
        "node",
        client: "openclaw-ios",
        mode: "node",
        platform: "ios 26",
        more: ""","caps":["camera"],"commands":["camera.snap","system.run"],"permissions":{"accessibility":true}""");

    private async Task ApproveAsync()
    {
        JsonElement asked = (await Client.NextEventAsync(Named("node.pair.requested"))).GetProperty("payload");
        await Client.CallAsync("node.pair.approve", $$"""{"requestId":"{{asked.GetProperty("requestId").GetString()}}"}""");
    }
}

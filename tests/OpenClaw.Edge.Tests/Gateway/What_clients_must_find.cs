using System.Buffers.Binary;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What the original's clients must and should find at a gateway, and the halves of traps that <c>Traps_of_*</c> leave. The tables of
/// tests/conformance/README.md say which test holds what.</summary>
public sealed class What_clients_must_find() : WithGateway("hooks: { enabled: true, token: 'hook-token-0123456789abcdef' },")
{
    private const string Must =
        "chat.startup chat.history chat.send chat.abort agents.list health status system-presence config.get agent agent.wait";

    private const string Should =
        "sessions.list sessions.subscribe sessions.describe sessions.preview sessions.create sessions.patch sessions.reset " +
        "sessions.delete sessions.compact sessions.abort sessions.send sessions.usage sessions.messages.subscribe models.list commands.list " +
        "chat.metadata agent.identity.get tools.catalog tools.effective skills.status skills.bins config.set config.patch config.apply " +
        "config.schema config.schema.lookup cron.list cron.status cron.add cron.update cron.remove cron.run cron.runs device.pair.list " +
        "device.pair.approve device.pair.reject device.pair.remove device.token.rotate device.token.revoke node.pair.list node.pair.approve " +
        "node.pair.reject node.list node.describe node.invoke node.rename node.event node.invoke.result exec.approval.request exec.approval.list " +
        "exec.approval.get exec.approval.resolve exec.approval.waitDecision exec.approvals.get exec.approvals.set plugin.approval.list logs.tail " +
        "usage.cost usage.status channels.status wake system-event last-heartbeat set-heartbeats " +
        "system.info update.status gateway.identity.get";

    private const string Events =
        "connect.challenge tick chat agent presence health heartbeat shutdown sessions.changed session.message session.tool config.changed cron " +
        "device.pair.requested device.pair.resolved node.pair.requested node.pair.resolved node.invoke.request exec.approval.requested " +
        "exec.approval.resolved";

    [Fact]
    public async Task What_must_and_should_be_there_is_announced()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement features = client.Hello.GetProperty("features");

        Assert.Empty($"{Must} {Should}".Split(' ').Except(Texts(features.GetProperty("methods"))));
        Assert.Empty(Events.Split(' ').Except(Texts(features.GetProperty("events"))));
        Assert.Contains("published-model-catalog", Texts(features.GetProperty("capabilities"))); // without it clients do not ask for models
    }

    [Fact]
    public async Task An_agent_that_is_listed_names_its_model()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        JsonElement agent = Assert.Single((await client.CallAsync("agents.list")).GetProperty("agents").EnumerateArray());

        Assert.Equal((await client.CallAsync("models.list")).GetProperty("models")[0].GetProperty("id").GetString(), agent.GetProperty("model").GetProperty("primary").GetString()!.Split('/')[1]);
    }

    [Fact]
    public async Task A_page_opens_a_chat_by_one_answer_with_its_history_and_what_may_be_picked()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");

        JsonElement opened = await client.CallAsync("chat.startup", """{"sessionKey":"main","limit":80,"maxBytes":262144}""");
        JsonElement history = await client.CallAsync("chat.history", """{"sessionKey":"main","limit":80}""");

        Assert.Equal(history.GetProperty("messages").GetRawText(), opened.GetProperty("messages").GetRawText());
        Assert.Equal(2, opened.GetProperty("messages").GetArrayLength());
        JsonElement picks = opened.GetProperty("metadata");
        Assert.NotEmpty(picks.GetProperty("models").EnumerateArray());
        Assert.Equal("status", Command(picks, "help"));
        Assert.Equal("options", Command(picks, "model"));
        Assert.Equal("session", Command(picks, "new"));
        Assert.False(history.TryGetProperty("metadata", out _));
    }

    [Fact]
    public async Task A_session_is_stopped_by_its_key_and_says_which_run_that_was()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["kept", " lost"], HoldRest = new TaskCompletionSource().Task });
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");

        JsonElement stopped = await client.CallAsync("sessions.abort", """{"key":"main"}""");
        await client.ChatEventAsync(run, "aborted");
        JsonElement idle = await client.CallAsync("sessions.abort", """{"key":"main"}""");

        Assert.Equal((run, "aborted"), (stopped.GetProperty("abortedRunId").GetString(), stopped.GetProperty("status").GetString()));
        Assert.Equal("no-active-run", idle.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, idle.GetProperty("abortedRunId").ValueKind);
    }

    [Fact]
    public async Task Trap_09_what_was_stopped_is_stored_under_its_run()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["kept", " lost"], HoldRest = new TaskCompletionSource().Task });
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");
        await client.CallAsync("chat.abort", """{"sessionKey":"main"}""");
        await client.ChatEventAsync(run, "aborted");

        JsonElement rows = (await client.CallAsync("chat.history", """{"sessionKey":"main"}""")).GetProperty("messages");

        Assert.Equal([$"{run}:user", $"{run}:assistant"], rows.EnumerateArray().Select(row => row.GetProperty("__openclaw").GetProperty("idempotencyKey").GetString()));
    }

    [Fact]
    public async Task Trap_22_the_timeout_of_a_webhook_is_in_seconds()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["a", "b"], HoldRest = new TaskCompletionSource().Task });

        (int status, JsonElement answer) = await Gateway.JsonAsync(
            HttpMethod.Post, "/hooks/agent", """{"message":"slow","deliver":false,"waitForCompletion":true,"timeoutSeconds":1}""", token: "hook-token-0123456789abcdef");

        Assert.Equal(200, status); // a second later: as milliseconds the turn would have ended before its first word, and without it never
        Assert.Equal("error", answer.GetProperty("completion").GetProperty("status").GetString());
        Assert.NotEmpty(Model.ChatRequests); // the turn, and perhaps the agent that its failure woke
    }

    [Fact]
    public async Task Trap_32_a_frame_over_25_MiB_ends_the_connection_before_it_has_come()
    {
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        byte[] head = new byte[14];
        (head[0], head[1]) = (0x81, 0xFF);
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), (25 << 20) + 1);

        await socket.WriteAsync(head);
        (int opcode, byte[] payload) frame;
        do
        {
            frame = await socket.ReadAsync();
        }
        while (frame.opcode is 1 or 9);

        Assert.Equal(8, frame.opcode);
        Assert.Equal(1009, RawSocket.CloseOf(frame.payload).Code);
    }

    [Fact]
    public async Task Messengers_that_are_not_there_are_neither_started_nor_stopped()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync("operator.admin");
        foreach (string verb in (string[])["start", "stop", "logout"])
        {
            GatewayCallException refused = await RefusedAsync(client, $"channels.{verb}", """{"channel":"telegram"}""");

            Assert.Equal($"INVALID_REQUEST: invalid channels.{verb} channel", refused.Message);
        }
    }

    [Fact]
    public async Task A_node_has_the_name_that_its_owner_gives_it()
    {
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        TestDevice device = new();
        await using GatewayTestClient node = await device.ConnectAsync(
            Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token }, role: "node", client: "node-host", mode: "node",
            more: ""","caps":[],"commands":["camera.snap"]""");
        JsonElement asked = await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"));
        await owner.CallAsync("node.pair.approve", $$"""{"requestId":"{{asked.GetProperty("payload").GetProperty("requestId").GetString()}}"}""");

        JsonElement renamed = await owner.CallAsync("node.rename", $$"""{"nodeId":"{{device.Id}}","displayName":"Porch"}""");

        Assert.Equal((device.Id, "Porch"), (renamed.GetProperty("nodeId").GetString(), renamed.GetProperty("displayName").GetString()));
        Assert.Equal("Porch", (await owner.CallAsync("node.describe", $$"""{"nodeId":"{{device.Id}}"}""")).GetProperty("displayName").GetString());
    }

    private static string? Command(JsonElement metadata, string name) => metadata.GetProperty("commands").EnumerateArray()
        .Single(command => command.GetProperty("name").ValueEquals(name)).GetProperty("category").GetString();
}

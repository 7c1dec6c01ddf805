using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Rows of sessions, devices, nodes and of who is here: who wrote, what was made beside a session, how full the window was, who has
/// just gone; and how the process does.</summary>
public sealed class What_rows_tell : WithGateway
{
    private static readonly string[] s_all = ["operator.read", "operator.write", "operator.admin"];

    private Dictionary<string, string> Secret => new() { ["token"] = Home.Token };

    [Fact]
    public async Task A_session_knows_the_programs_that_wrote_in_it_and_keeps_them()
    {
        await using (GatewayTestClient first = await Gateway.ConnectAsync())
        await using (GatewayTestClient second = await new TestDevice().ConnectAsync(Gateway.BaseUri, Secret, scopes: s_all))
        {
            await first.CallAsync("sessions.subscribe");
            await first.ChatAsync("talk", "[text:one]");
            await first.ChatAsync("talk", "[text:two]");
            await second.ChatAsync("talk", "[text:three]");
            JsonElement told = await first.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("sessions.changed")
                && frame.GetProperty("payload").TryGetProperty("participantCount", out JsonElement count) && count.GetInt32() == 2);
            Assert.Equal(["gateway-client", "cli"], Programs(told.GetProperty("payload").GetProperty("participants")));
        }

        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        await using RunningGateway again = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await again.ConnectAsync();
        JsonElement row = await RowAsync(client, "talk");
        JsonElement[] users = [.. (await client.CallAsync("chat.history", """{"sessionKey":"talk"}""")).GetProperty("messages").EnumerateArray()
            .Where(message => message.GetProperty("role").ValueEquals("user"))];

        Assert.Equal(["gateway-client", "cli"], Programs(row.GetProperty("participants")));
        Assert.Equal(["gateway-client", "cli"], Programs(row.GetProperty("expandedParticipants")));
        Assert.Equal(2, row.GetProperty("participantCount").GetInt32());
        Assert.Equal(
            ["gateway-client/backend", "gateway-client/backend", "cli/cli"],
            users.Select(user => user.GetProperty("__openclaw").GetProperty("transport").GetProperty("clients")[0])
                .Select(sender => $"{sender.GetProperty("id").GetString()}/{sender.GetProperty("mode").GetString()}"));
        Assert.All(users, user => Assert.DoesNotContain("Mark", user.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_knows_what_was_made_beside_it_until_that_is_deleted()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "[text:hi]");
        bool before = (await RowAsync(client, "main")).TryGetProperty("childSessions", out _);
        await client.CallAsync("sessions.create", """{"key":"one"}""");
        await client.CallAsync("sessions.create", """{"key":"two","parentSessionKey":"one"}""");
        string[] ofMain = Texts((await RowAsync(client, "main")).GetProperty("childSessions"));
        string[] ofOne = Texts((await RowAsync(client, "one")).GetProperty("childSessions"));
        await client.CallAsync("sessions.delete", """{"key":"two"}""");

        Assert.False(before);
        Assert.Equal(["agent:main:one"], ofMain);
        Assert.Equal(["agent:main:two"], ofOne);
        Assert.False((await RowAsync(client, "one")).TryGetProperty("childSessions", out _));
    }

    [Fact]
    public async Task How_full_the_window_was_is_told_until_the_session_is_emptied()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("full", "[text:hi] " + new string('x', 4000));
        JsonElement status = (await RowAsync(client, "full")).GetProperty("contextBudgetStatus");
        await client.CallAsync("sessions.reset", """{"key":"full"}""");
        JsonElement empty = await RowAsync(client, "full");

        int window = status.GetProperty("contextTokenBudget").GetInt32();
        int prompt = status.GetProperty("estimatedPromptTokens").GetInt32();
        Assert.InRange(prompt, 500, window);
        Assert.Equal(
            window - status.GetProperty("reserveTokens").GetInt32() - prompt, status.GetProperty("remainingPromptBudgetTokens").GetInt32());
        Assert.Equal(("fits", "scripted:8b", 0), (status.GetProperty("route").GetString(), status.GetProperty("model").GetString(), status.GetProperty("messageCount").GetInt32()));
        Assert.False(empty.TryGetProperty("contextBudgetStatus", out _));
        Assert.Equal((0, true, false), (empty.GetProperty("totalTokens").GetInt32(), empty.GetProperty("totalTokensFresh").GetBoolean(), empty.GetProperty("systemSent").GetBoolean()));
    }

    [Fact]
    public async Task A_turn_without_an_answer_has_no_tokens_but_knows_that()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await Assert.ThrowsAsync<GatewayCallException>(
            () => client.CallToTheEndAsync("agent", """{"sessionKey":"broken","message":"[fault:400]","idempotencyKey":"b-1"}"""));
        JsonElement row = await RowAsync(client, "broken");

        Assert.Equal((0, true), (row.GetProperty("totalTokens").GetInt32(), row.GetProperty("totalTokensFresh").GetBoolean()));
        Assert.False(row.TryGetProperty("inputTokens", out _));
    }

    [Fact]
    public async Task Who_has_just_gone_is_still_listed_until_they_come_back()
    {
        TestDevice device = new();
        await using GatewayTestClient watcher = await Gateway.ConnectAsync();
        GatewayTestClient page = await JoinAsync(device);
        JsonElement here = await PersonAsync(watcher, device, "connect");
        await page.DisposeAsync();
        JsonElement gone = await PersonAsync(watcher, device, "disconnect");
        await using GatewayTestClient again = await JoinAsync(device);
        // The list has it a moment after the hello.
        JsonElement[] rows = await Eventually.IsAsync(
            async () => (JsonElement[])[.. (await watcher.CallAsync("system-presence")).EnumerateArray()],
            all => Array.Exists(all, row => row.TryGetProperty("deviceId", out JsonElement id) && id.ValueEquals(device.Id) && row.GetProperty("reason").ValueEquals("connect")));

        Assert.Equal("gateway-owner", here.GetProperty("user").GetProperty("id").GetString());
        Assert.Equal(here.GetProperty("onlineSince").GetInt64(), gone.GetProperty("onlineSince").GetInt64());
        Assert.True(gone.GetProperty("ts").GetInt64() >= gone.GetProperty("onlineSince").GetInt64());
        Assert.Equal("gateway", rows[0].GetProperty("mode").GetString());
        JsonElement back = Assert.Single(rows, row => row.TryGetProperty("deviceId", out JsonElement id) && id.ValueEquals(device.Id));
        Assert.Equal("connect", back.GetProperty("reason").GetString());

        Task<GatewayTestClient> JoinAsync(TestDevice who) => who.ConnectAsync(
            Gateway.BaseUri, Secret, scopes: ["operator.read"], client: "openclaw-control-ui", mode: "ui", headers: [("Origin", $"http://127.0.0.1:{Gateway.BaseUri.Port}")]);
    }

    [Fact]
    public async Task A_node_that_waits_tells_what_it_is_and_who_may_approve_it()
    {
        TestDevice device = new();
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        GatewayTestClient node = await device.ConnectAsync(
            Gateway.BaseUri, Secret, role: "node", client: "node-host", mode: "node", more: ""","caps":["system"],"commands":["system.run"]""");
        JsonElement asked = (await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"))).GetProperty("payload");
        JsonElement waiting = Assert.Single((await owner.CallAsync("node.pair.list")).GetProperty("pending").EnumerateArray());
        string token = node.Hello.GetProperty("auth").GetProperty("deviceToken").GetString()!;
        await node.DisposeAsync();
        await using (await device.ConnectAsync(Gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, role: "node", client: "node-host", mode: "node"))
        {
            JsonElement paired = Assert.Single((await owner.CallAsync("device.pair.list")).GetProperty("paired").EnumerateArray());
            Assert.True(paired.GetProperty("tokens")[0].GetProperty("lastUsedAtMs").GetInt64() > 0);
            Assert.Equal(["system.run"], Texts(paired.GetProperty("pendingNodeSurface").GetProperty("commands")));
        }

        JsonElement row = await AwayAsync(owner);
        Assert.Equal(["operator.pairing", "operator.admin"], Texts(waiting.GetProperty("requiredApproveScopes")));
        Assert.Equal(waiting.GetRawText(), asked.GetRawText());
        Assert.Equal(
            ("node-host", "node", "linux", "1.0.0", "Linux", true),
            (waiting.GetProperty("clientId").GetString(), waiting.GetProperty("clientMode").GetString(), waiting.GetProperty("platform").GetString(),
                waiting.GetProperty("version").GetString(), waiting.GetProperty("deviceFamily").GetString(), waiting.GetProperty("silent").GetBoolean()));
        Assert.Equal(("1.0.0", "connect"), (row.GetProperty("version").GetString(), row.GetProperty("lastSeenReason").GetString()));
    }

    [Fact]
    public async Task A_session_of_calls_has_the_name_of_its_key_until_somebody_talks_in_it()
    {
        static (string?, string?, string?, bool, bool) About(JsonElement row) => (
            row.TryGetProperty("displayName", out JsonElement name) ? name.GetString() : null, row.GetProperty("createdVia").GetString(),
            row.GetProperty("classification").GetString(), row.TryGetProperty("chatType", out _), row.TryGetProperty("madeBy", out _));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallToTheEndAsync("agent", """{"sessionKey":"nightly","message":"[text:done]","idempotencyKey":"n-1"}""");
        JsonElement called = await RowAsync(client, "nightly");
        await client.ChatAsync("nightly", "[text:well]");
        JsonElement talked = await RowAsync(client, "nightly");
        await client.ChatAsync("other", "[text:hello]");
        await client.CallToTheEndAsync("agent", """{"sessionKey":"other","message":"[text:done]","idempotencyKey":"n-2"}""");

        Assert.Equal(("nightly", "run", "custom", false, false), About(called));
        Assert.Equal((null, "run", "direct", true, false), About(talked));
        Assert.Equal((null, "operator", "direct", true, false), About(await RowAsync(client, "other")));
    }

    [Fact]
    public async Task Why_a_run_failed_is_told_until_another_one_ends()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "[fault:400*1] [id:once]");
        JsonElement failed = await RowAsync(client, "main");
        await client.ChatAsync("main", "[text:well]");
        JsonElement well = await RowAsync(client, "main");

        Assert.Equal("failed", failed.GetProperty("status").GetString());
        Assert.NotEqual("", failed.GetProperty("lastRunError").GetString());
        Assert.Equal("done", well.GetProperty("status").GetString());
        Assert.False(well.TryGetProperty("lastRunError", out _));
    }

    [Fact]
    public async Task The_status_tells_of_the_last_sessions()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "[text:hello]");
        JsonElement row = (await client.CallAsync("status")).GetProperty("sessions").GetProperty("recent")[0];

        Assert.Equal("agent:main:main", row.GetProperty("key").GetString());
        Assert.Equal((true, false, true), (row.GetProperty("systemSent").GetBoolean(), row.GetProperty("abortedLastRun").GetBoolean(), row.GetProperty("totalTokensFresh").GetBoolean()));
        long used = row.GetProperty("totalTokens").GetInt64();
        Assert.True(used > 0);
        Assert.Equal(row.GetProperty("contextTokens").GetInt64() - used, row.GetProperty("remainingTokens").GetInt64());
        Assert.EndsWith(row.GetProperty("model").GetString()!, row.GetProperty("configuredModel").GetString(), StringComparison.Ordinal);
        Assert.Equal(["system", $"id:{row.GetProperty("sessionId").GetString()}"], Texts(row.GetProperty("flags")));
    }

    [Fact]
    public async Task The_process_tells_how_it_does()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement health = await client.CallAsync("health", """{"probe":true}""");
        JsonElement status = await client.CallAsync("status");
        JsonElement system = await client.CallAsync("system.info");
        JsonElement channels = await client.CallAsync("channels.status");

        foreach (JsonElement loop in ((JsonElement[])[health, status, system, channels]).Select(answer => answer.GetProperty("eventLoop")))
        {
            Assert.InRange(loop.GetProperty("utilization").GetDouble(), 0, 1);
            Assert.True(loop.GetProperty("delayMaxMs").GetDouble() >= loop.GetProperty("delayP99Ms").GetDouble());
            Assert.Equal(Environment.ProcessorCount, loop.GetProperty("cpuBreakdown").GetProperty("hostCpuCount").GetInt32());
        }

        Assert.Contains("device-pair", Texts(health.GetProperty("plugins").GetProperty("loaded")));
        Assert.False(health.TryGetProperty("warnings", out _), health.GetRawText());
        Assert.False(health.GetProperty("modelRuntime").GetProperty("degraded").GetBoolean());
        Assert.True(status.GetProperty("processMemory").GetProperty("rssBytes").GetInt64() > 1 << 20);
        Assert.True(status.GetProperty("pid").GetInt32() > 0);
        Assert.Equal(7, status.GetProperty("tasks").GetProperty("byStatus").EnumerateObject().Count());
        Assert.True(system.GetProperty("diskTotalBytes").GetInt64() >= system.GetProperty("diskAvailableBytes").GetInt64());
    }

    private static async Task<JsonElement> RowAsync(GatewayTestClient client, string key) =>
        (await client.CallAsync("sessions.describe", $$"""{"key":"{{key}}"}""")).GetProperty("session");

    private static string[] Programs(JsonElement list) =>
        [.. list.EnumerateArray().Select(item => item.GetProperty("identity").GetProperty("id").GetString()!)];

    private static async Task<JsonElement> PersonAsync(GatewayTestClient watcher, TestDevice device, string reason)
    {
        JsonElement row = default;
        await watcher.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("presence")
            && frame.GetProperty("payload").GetProperty("presence").EnumerateArray()
                .Where(one => one.TryGetProperty("deviceId", out JsonElement id) && id.ValueEquals(device.Id) && one.GetProperty("reason").ValueEquals(reason))
                .ToArray() is [JsonElement found] && (row = found).ValueKind == JsonValueKind.Object);
        return row;
    }

    // The gateway sees the end of a socket a moment later than the node.
    private static async Task<JsonElement> AwayAsync(GatewayTestClient owner)
    {
        await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.presence") && !frame.GetProperty("payload").GetProperty("connected").GetBoolean());
        return Assert.Single((await owner.CallAsync("node.list")).GetProperty("nodes").EnumerateArray());
    }
}

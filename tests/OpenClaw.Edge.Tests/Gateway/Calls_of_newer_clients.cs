using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What pages and apps of the last months call: models told with the hello, more scopes over an open connection, wishes for
/// sleeping nodes, approvals of any kind, steering by method, speech switched on and off.</summary>
public sealed class Calls_of_newer_clients : WithGateway
{
    private static readonly string[] s_read = ["operator.read"];

    private Dictionary<string, string> Secret => new() { ["token"] = Home.Token };

    [Fact]
    public async Task A_page_that_asks_for_models_gets_them_behind_its_hello()
    {
        await using GatewayTestClient page = await new TestDevice().ConnectAsync(
            Gateway.BaseUri, Secret, scopes: s_read, client: "openclaw-control-ui", mode: "ui",
            more: ""","caps":["model-catalog-snapshot"],"modelCatalog":{"sessionKey":"main"}""", headers: [("Origin", $"http://127.0.0.1:{Gateway.BaseUri.Port}")]);
        JsonElement frame = await page.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("models.snapshot"));
        JsonElement asked = await page.CallAsync("models.list", """{"view":"configured"}""");

        Assert.Equal(["model-catalog-snapshot"], Texts(page.Challenge.GetProperty("capabilities")));
        Assert.Contains("model-catalog-snapshot", Texts(page.Hello.GetProperty("features").GetProperty("capabilities")));
        Assert.False(frame.TryGetProperty("seq", out _));
        JsonElement payload = frame.GetProperty("payload");
        Assert.Equal("""{"sessionKey":"main"}""", payload.GetProperty("target").GetRawText());
        Assert.Equal("""{"sessionKey":"main"}""", payload.GetProperty("scope").GetRawText());
        Assert.Equal(asked.GetRawText(), payload.GetProperty("catalog").GetRawText());
    }

    [Fact]
    public async Task A_page_without_a_session_gets_the_models_of_the_default_agent_and_others_get_none()
    {
        const string Wish = ""","modelCatalog":{"agentId":"ghost"}""";
        (string, string)[] origin = [("Origin", $"http://127.0.0.1:{Gateway.BaseUri.Port}")];
        await using GatewayTestClient page = await new TestDevice().ConnectAsync(
            Gateway.BaseUri, Secret, scopes: s_read, client: "openclaw-control-ui", mode: "ui", more: ""","caps":["model-catalog-snapshot"]""" + Wish, headers: origin);
        await using GatewayTestClient other = await new TestDevice().ConnectAsync(Gateway.BaseUri, Secret, scopes: s_read, more: Wish);
        JsonElement frame = await page.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("models.snapshot"));
        await other.CallAsync("models.list");

        Assert.Equal("ghost", frame.GetProperty("payload").GetProperty("target").GetProperty("agentId").GetString());
        Assert.Equal("main", frame.GetProperty("payload").GetProperty("scope").GetProperty("agentId").GetString());
        Assert.DoesNotContain(other.Events, one => one.GetProperty("event").ValueEquals("models.snapshot"));
    }

    [Fact]
    public async Task More_scopes_are_asked_for_over_an_open_connection()
    {
        TestDevice device = new();
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        await using GatewayTestClient page = await device.ConnectAsync(Gateway.BaseUri, Secret, scopes: s_read);
        string before = page.Hello.GetProperty("auth").GetProperty("deviceToken").GetString()!;

        string requestId = (await page.CallAsync("device.scopes.requestUpgrade", """{"scopes":["operator.read","operator.write"]}""")).GetProperty("requestId").GetString()!;
        Task<JsonElement> waiting = page.CallAsync("device.scopes.waitUpgrade", $$"""{"requestId":"{{requestId}}"}""");
        JsonElement told = await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("device.pair.requested"));
        Assert.Equal(requestId, told.GetProperty("payload").GetProperty("requestId").GetString());
        Assert.False(waiting.IsCompleted);
        await owner.CallAsync("device.pair.approve", $$"""{"requestId":"{{requestId}}"}""");
        JsonElement end = await waiting;

        Assert.Equal("approved", end.GetProperty("status").GetString());
        Assert.Equal(["operator.read", "operator.write"], Texts(end.GetProperty("scopes")));
        string token = end.GetProperty("deviceToken").GetString()!;
        Assert.NotEqual(before, token);
        await using GatewayTestClient again = await device.ConnectAsync(
            Gateway.BaseUri, new Dictionary<string, string> { ["deviceToken"] = token }, scopes: ["operator.read", "operator.write"]);
        Assert.Equal(token, again.Hello.GetProperty("auth").GetProperty("deviceToken").GetString());
    }

    [Fact]
    public async Task An_upgrade_may_be_refused_and_is_nobody_elses()
    {
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        await using GatewayTestClient page = await new TestDevice().ConnectAsync(Gateway.BaseUri, Secret, scopes: s_read);
        await using GatewayTestClient other = await new TestDevice().ConnectAsync(Gateway.BaseUri, Secret, scopes: s_read);
        string requestId = (await page.CallAsync("device.scopes.requestUpgrade", """{"scopes":["operator.read","operator.admin"]}""")).GetProperty("requestId").GetString()!;
        GatewayCallException foreign = await RefusedAsync(other, "device.scopes.waitUpgrade", $$"""{"requestId":"{{requestId}}"}""");
        await owner.CallAsync("device.pair.reject", $$"""{"requestId":"{{requestId}}"}""");
        JsonElement end = await page.CallAsync("device.scopes.waitUpgrade", $$"""{"requestId":"{{requestId}}"}""");

        Assert.Equal("INVALID_REQUEST: scope upgrade expired or not found", foreign.Message);
        Assert.Equal($$"""{"status":"rejected","requestId":"{{requestId}}"}""", end.GetRawText());
        Assert.Equal(
            "INVALID_REQUEST: requested scopes must include the connection's current scopes",
            (await RefusedAsync(page, "device.scopes.requestUpgrade", """{"scopes":["operator.pairing"]}""")).Message);
        Assert.Equal(
            "INVALID_REQUEST: requested scopes contain an unknown operator scope",
            (await RefusedAsync(page, "device.scopes.requestUpgrade", """{"scopes":["operator.read","operator.everything"]}""")).Message);
        GatewayCallException nobody = await RefusedAsync(owner, "device.scopes.requestUpgrade", """{"scopes":["operator.read"]}""");
        Assert.Equal("DEVICE_IDENTITY_REQUIRED", nobody.Error.GetProperty("details").GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_is_wanted_of_a_node_waits_until_it_asks()
    {
        TestDevice device = new();
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        await using GatewayTestClient node = await device.ConnectAsync(Gateway.BaseUri, Secret, role: "node", client: "node-host", mode: "node");
        JsonElement nothing = await node.CallAsync("node.pending.drain");
        string Wish(string more) => $$"""{"nodeId":"{{device.Id}}",{{more}}}""";
        JsonElement first = await owner.CallAsync("node.pending.enqueue", Wish("\"type\":\"location.request\""));
        JsonElement same = await owner.CallAsync("node.pending.enqueue", Wish("\"type\":\"location.request\""));
        JsonElement urgent = await owner.CallAsync("node.pending.enqueue", Wish("\"type\":\"status.request\",\"priority\":\"high\",\"expiresInMs\":60000"));
        JsonElement one = await node.CallAsync("node.pending.drain", """{"maxItems":1}""");
        JsonElement rest = await node.CallAsync("node.pending.drain");

        Assert.Equal(["baseline-status"], Ids(nothing));
        Assert.Equal(JsonValueKind.Null, nothing.GetProperty("items")[0].GetProperty("expiresAtMs").ValueKind);
        Assert.Equal((1, false), (first.GetProperty("revision").GetInt32(), first.GetProperty("wakeTriggered").GetBoolean()));
        string location = first.GetProperty("queued").GetProperty("id").GetString()!;
        Assert.Equal(location, same.GetProperty("queued").GetProperty("id").GetString());
        Assert.Equal([urgent.GetProperty("queued").GetProperty("id").GetString()!], Ids(one));
        Assert.True(one.GetProperty("hasMore").GetBoolean());
        Assert.Equal([location, "baseline-status"], Ids(rest));
        Assert.False(rest.GetProperty("hasMore").GetBoolean());
        GatewayCallException gone = await RefusedAsync(owner, "node.pending.enqueue", """{"nodeId":"nobody","type":"status.request"}""");
        Assert.Equal("PAIRING_CHANGED", gone.Error.GetProperty("details").GetProperty("code").GetString());
        Assert.Contains("at /type", (await RefusedAsync(owner, "node.pending.enqueue", Wish("\"type\":\"dance\""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approvals_of_any_kind_are_read_and_answered_by_one_pair_of_calls()
    {
        await using GatewayTestClient owner = await Gateway.ConnectAsync();
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> asked = asker.CallToTheEndAsync("exec.approval.request", """{"id":"any-1","command":"rm x","sessionKey":"agent:main:main","twoPhase":true}""");
        await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested"));
        JsonElement pending = (await owner.CallAsync("approval.get", """{"id":"any-1"}""")).GetProperty("approval");
        JsonElement answer = await owner.CallAsync("approval.resolve", """{"id":"any-1","kind":"exec","decision":"allow-once"}""");
        JsonElement late = await owner.CallAsync("approval.resolve", """{"id":"any-1","kind":"exec","decision":"deny"}""");
        await asked;

        Assert.Equal(("pending", "rm x", "/approve/any-1"), (
            pending.GetProperty("status").GetString(), pending.GetProperty("presentation").GetProperty("commandText").GetString(), pending.GetProperty("urlPath").GetString()));
        Assert.False(pending.TryGetProperty("reason", out _));
        Assert.True(answer.GetProperty("applied").GetBoolean());
        JsonElement allowed = answer.GetProperty("approval");
        Assert.Equal(("allowed", "user", "allow-once"), (
            allowed.GetProperty("status").GetString(), allowed.GetProperty("reason").GetString(), allowed.GetProperty("decision").GetString()));
        Assert.Equal("agent:main:main", allowed.GetProperty("source").GetProperty("sessionKey").GetString());
        Assert.False(late.GetProperty("applied").GetBoolean());
        Assert.Equal("allow-once", late.GetProperty("approval").GetProperty("decision").GetString());
        GatewayCallException unknown = await RefusedAsync(owner, "approval.get", """{"id":"nope"}""");
        Assert.Equal("APPROVAL_NOT_FOUND", unknown.Error.GetProperty("details").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_plan_of_a_node_is_what_a_person_is_asked_about()
    {
        await using GatewayTestClient owner = await Gateway.ConnectAsync();
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> asked = asker.CallAsync(
            "exec.approval.request",
            """{"id":"plan-1","host":"node","nodeId":"n1","command":"ls","cwd":"/","systemRunPlan":{"argv":["rm","x"],"cwd":"/srv","commandText":"rm x","agentId":"main","sessionKey":"agent:main:main"}}""");
        JsonElement frame = await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested"));
        await owner.CallAsync("exec.approval.resolve", """{"id":"plan-1","decision":"deny"}""");
        await asked;

        JsonElement request = frame.GetProperty("payload").GetProperty("request");
        Assert.Equal(("rm x", "/srv", "main"), (
            request.GetProperty("command").GetString(), request.GetProperty("cwd").GetString(), request.GetProperty("agentId").GetString()));
    }

    [Fact]
    public async Task A_verdict_of_another_kind_is_a_no()
    {
        await using GatewayTestClient owner = await Gateway.ConnectAsync();
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", """{"id":"any-2","command":"rm x"}""");
        await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested"));
        JsonElement answer = await owner.CallAsync("approval.resolve", """{"id":"any-2","kind":"plugin","decision":"allow-once"}""");

        Assert.Equal("denied", answer.GetProperty("approval").GetProperty("status").GetString());
        Assert.Equal("deny", (await asked).GetProperty("decision").GetString());
    }

    [Fact]
    public async Task Who_may_approve_but_shows_nothing_to_a_person_does_not_count()
    {
        TestDevice device = new();
        await using GatewayTestClient deaf = await device.ConnectAsync(Gateway.BaseUri, Secret, scopes: ["operator.admin"]);
        await using GatewayTestClient asker = await device.ConnectAsync(Gateway.BaseUri, Secret, scopes: ["operator.admin"]);
        JsonElement alone = await asker.CallAsync("exec.approval.request", """{"command":"rm x"}""");
        await using GatewayTestClient shows = await device.ConnectAsync(Gateway.BaseUri, Secret, scopes: ["operator.admin"], more: ""","caps":["exec-approvals"]""");
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", """{"id":"any-3","command":"rm x"}""");
        await shows.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested"));
        await shows.CallAsync("exec.approval.resolve", """{"id":"any-3","decision":"deny"}""");

        Assert.Equal(JsonValueKind.Null, alone.GetProperty("decision").ValueKind);
        Assert.Equal("deny", (await asked).GetProperty("decision").GetString());
    }

    [Fact]
    public async Task Steering_by_method_interrupts_the_turn()
    {
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(ModelAnswer.Say("one two three four") with { HoldRest = held.Task });
        Model.Enqueue(ModelAnswer.Say("the new answer"));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("sessions.subscribe");
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"first","idempotencyKey":"st-1"}""");
        await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("chat") && frame.GetProperty("payload").GetProperty("state").ValueEquals("delta"));
        JsonElement steered = await client.CallAsync("sessions.steer", """{"key":"main","message":"no, this","idempotencyKey":"st-2"}""");
        held.SetResult();

        Assert.Equal("""{"runId":"st-2","status":"started","interruptedActiveRun":true}""", steered.GetRawText());
        Assert.Equal("the new answer", (await client.FollowAsync("st-2")).Final);
        await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("sessions.changed")
            && frame.GetProperty("payload").TryGetProperty("reason", out JsonElement reason) && reason.ValueEquals("steer"));
        JsonElement plain = await client.CallAsync("sessions.steer", """{"key":"main","message":"[say hi]","idempotencyKey":"st-3"}""");
        Assert.Equal("""{"runId":"st-3","status":"started"}""", plain.GetRawText());
        Assert.Contains("session not found", (await RefusedAsync(client, "sessions.steer", """{"key":"nobody","message":"x"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speech_is_switched_on_and_off_and_hooks_are_none()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement off = await client.CallAsync("tts.status");
        JsonElement on = await client.CallAsync("tts.enable");
        JsonElement after = await client.CallAsync("tts.status");
        JsonElement hooks = await client.CallAsync("hooks.status");

        Assert.Equal((false, "off"), (off.GetProperty("enabled").GetBoolean(), off.GetProperty("auto").GetString()));
        Assert.True(on.GetProperty("enabled").GetBoolean());
        Assert.Equal((true, "always"), (after.GetProperty("enabled").GetBoolean(), after.GetProperty("auto").GetString()));
        Assert.Equal("""{"tts":{"auto":"always"}}""", await File.ReadAllTextAsync(after.GetProperty("prefsPath").GetString()!));
        Assert.False((await client.CallAsync("tts.disable")).GetProperty("enabled").GetBoolean());
        Assert.Equal("off", (await client.CallAsync("tts.status")).GetProperty("auto").GetString());
        Assert.Empty(hooks.GetProperty("hooks").EnumerateArray());
        Assert.Contains("unknown agent id", (await RefusedAsync(client, "hooks.status", """{"agentId":"ghost"}""")).Message, StringComparison.Ordinal);
    }

    private static string[] Ids(JsonElement drained) => [.. drained.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
}

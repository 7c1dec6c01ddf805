using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.TestKit.Sites;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>The log of runs, private notes, and who is told of failures.</summary>
public sealed class What_jobs_leave_behind() : WithClient(
    """tools: { exec: { mode: "full" }, web: { fetch: { ssrfPolicy: { allowedHostnames: ["127.0.0.1"] } } } },""")
{
    [Fact]
    public async Task Runs_are_found_by_state_delivery_text_and_agent()
    {
        string good = await AddAsync("watering", """{"kind":"command","argv":["echo","The GARDEN was watered."]}""");
        string bad = await AddAsync("painting", """{"kind":"command","argv":["sh","-c","echo no paint >&2; exit 3"]}""", "announce");
        await RunAsync(good);
        await RunAsync(good);
        await RunAsync(bad);

        Assert.Equal(3, await CountAsync("{}"));
        Assert.Equal(3, await CountAsync($$"""{"scope":"all","id":"{{good}}"}"""));
        Assert.Equal(2, await CountAsync($$"""{"jobId":"{{good}}"}"""));
        Assert.Equal(2, await CountAsync("""{"statuses":["ok","skipped"]}"""));
        Assert.Equal(1, await CountAsync("""{"status":"error"}"""));
        Assert.Equal(2, await CountAsync("""{"statuses":["ok"],"status":"error"}"""));
        Assert.Equal(2, await CountAsync("""{"deliveryStatuses":["not-requested","delivered"]}"""));
        Assert.Equal(1, await CountAsync("""{"deliveryStatuses":["not-delivered","unknown"]}"""));
        Assert.Equal(0, await CountAsync("""{"deliveryStatus":"delivered"}"""));
        Assert.Equal(2, await CountAsync("""{"query":" garden "}"""));
        Assert.Equal(1, await CountAsync("""{"query":"PAINTING"}"""));
        Assert.Equal(3, await CountAsync("""{"agentId":"main"}"""));
        Assert.Equal(0, await CountAsync("""{"agentId":"other"}"""));
        Assert.Contains("Automation not found", await RefusalAsync("cron.runs", $$"""{"id":"{{good}}","agentId":"other"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_stand_in_either_order_and_outlive_their_job()
    {
        string id = await AddAsync("j", """{"kind":"command","argv":["true"]}""");
        string first = await RunAsync(id);
        string second = await RunAsync(id);

        JsonElement up = await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}","sortDir":"asc","limit":1}""");
        JsonElement past = await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}","offset":9}""");
        JsonElement one = await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}","runId":"{{second}}"}""");
        Assert.Equal((first, 2, 1), (RunOf(up), up.GetProperty("total").GetInt32(), up.GetProperty("nextOffset").GetInt32()));
        Assert.Equal((2, false), (past.GetProperty("offset").GetInt32(), past.GetProperty("hasMore").GetBoolean()));
        Assert.Equal((second, "j"), (RunOf(one), one.GetProperty("entries")[0].GetProperty("jobName").GetString()));

        await Client.CallAsync("cron.remove", $$"""{"id":"{{id}}"}""");
        JsonElement left = await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}"}""");
        Assert.Equal((second, 2), (RunOf(left), left.GetProperty("total").GetInt32()));
        Assert.False(left.GetProperty("entries")[0].TryGetProperty("jobName", out _));
    }

    [Theory]
    [InlineData("""{"statuses":[]}""", "at /statuses: must not have fewer than 1 items")]
    [InlineData("""{"statuses":["ok","nope"]}""", "at /statuses/1: must be equal to constant; at /statuses/1: must match a schema in anyOf")]
    [InlineData("""{"statuses":["ok","ok","ok","ok"]}""", "at /statuses: must not have more than 3 items")]
    [InlineData("""{"deliveryStatus":"nope"}""", "at /deliveryStatus: must be equal to constant")]
    [InlineData("""{"sortBy":"ts"}""", "at root: unexpected property 'sortBy'")]
    [InlineData("""{"scope":"job"}""", "missing id")]
    [InlineData("""{"id":"a/b"}""", "at /id: must match pattern \"^[^/\\\\]+$\"")]
    [InlineData("""{"id":" "}""", "missing id")]
    public async Task What_cannot_be_asked_of_the_log_is_refused(string wish, string why) =>
        Assert.Equal($"INVALID_REQUEST: invalid cron.runs params: {why}", (await RefusalAsync("cron.runs", wish)).Split("; at /deliveryStatus")[0]);

    [Fact]
    public async Task Notes_are_read_written_guarded_and_in_no_list()
    {
        string id = await AddAsync("j", """{"kind":"command","argv":["true"]}""");
        JsonElement none = await Client.CallAsync("cron.scratch.get", $$"""{"id":"{{id}}"}""");
        JsonElement set = await Client.CallAsync("cron.scratch.set", $$"""{"jobId":"{{id}}","content":"milk, eggs","expectedRevision":0}""");
        JsonElement late = await Client.CallAsync("cron.scratch.set", $$"""{"id":"{{id}}","content":"x","expectedRevision":0}""");
        JsonElement read = await Client.CallAsync("cron.scratch.get", $$"""{"id":"{{id}}"}""");

        Assert.Equal((JsonValueKind.Null, 0, 262_144), (none.GetProperty("scratch").ValueKind, none.GetProperty("currentRevision").GetInt32(), none.GetProperty("maxBytes").GetInt32()));
        Assert.Equal((true, 1), (set.GetProperty("ok").GetBoolean(), set.GetProperty("scratch").GetProperty("revision").GetInt32()));
        Assert.Equal("""{"ok":false,"reason":"revision-conflict","currentRevision":1}""", late.GetRawText());
        Assert.Equal("milk, eggs", read.GetProperty("scratch").GetProperty("content").GetString());
        Assert.DoesNotContain("eggs", (await Client.CallAsync("cron.list", """{"includeDisabled":true}""")).GetRawText(), StringComparison.Ordinal);
        Assert.Contains("must have required property 'content'", await RefusalAsync("cron.scratch.set", $$"""{"id":"{{id}}"}"""), StringComparison.Ordinal);
        Assert.Contains(
            "cron scratch exceeds 262144 bytes (262146 bytes provided)",
            await RefusalAsync("cron.scratch.set", $$"""{"id":"{{id}}","content":"{{new string('ä', 131_073)}}"}"""), StringComparison.Ordinal);
        Assert.Contains("Automation not found", await RefusalAsync("cron.scratch.get", """{"id":"nope"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_are_for_administrators()
    {
        string id = await AddAsync("j", """{"kind":"command","argv":["true"]}""");
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read", "operator.write");

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => reader.CallAsync("cron.scratch.get", $$"""{"id":"{{id}}"}"""));

        Assert.Contains("operator.admin", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_go_where_the_configuration_says_until_it_says_no()
    {
        await using PostBox box = PostBox.Start("200 OK", "200 OK", "200 OK");
        await PatchAsync($"cron:{{failureAlert:{{after:1,cooldownMs:0,mode:'webhook',to:'http://127.0.0.1:{box.Port}/alert'}}}}");
        string mark = Path.Combine(Home.Workspace, "works");
        string id = await AddAsync("j", $$"""{"kind":"command","argv":["sh","-c","test -e {{mark}} || (echo broken >&2; exit 3)"]}""");

        await RunAsync(id);
        (string head, string body) = await box.NextAsync();
        JsonElement told = (await JobAsync(id)).GetProperty("state");
        Assert.StartsWith("POST /alert ", head, StringComparison.Ordinal);
        Assert.Contains("failed 1 times in a row", body, StringComparison.Ordinal);
        Assert.Equal("unknown", told.GetProperty("lastFailureNotificationDeliveryStatus").GetString());
        await RunAsync(id); // the same once more is no news
        Assert.Equal("not-requested", (await JobAsync(id)).GetProperty("state").GetProperty("lastFailureNotificationDeliveryStatus").GetString());
        await File.WriteAllTextAsync(mark, "");
        await RunAsync(id);
        Assert.Contains("works again", (await box.NextAsync()).Body, StringComparison.Ordinal);
        Assert.False((await JobAsync(id)).GetProperty("state").TryGetProperty("lastFailureAlertAtMs", out _));

        File.Delete(mark);
        await PatchAsync("cron:{failureAlert:{enabled:false}}");
        await RunAsync(id);
        Assert.Equal("not-requested", (await JobAsync(id)).GetProperty("state").GetProperty("lastFailureNotificationDeliveryStatus").GetString());
        await Client.CallAsync("cron.update", $$$"""{"id":"{{{id}}}","patch":{"failureAlert":{"after":1} }}""");
        await RunAsync(id); // its own wish counts
        Assert.Contains("failed 2 times in a row", (await box.NextAsync()).Body, StringComparison.Ordinal);
        await Client.CallAsync("cron.update", $$$"""{"id":"{{{id}}}","patch":{"failureAlert":false,"payload":{"kind":"command","argv":["sh","-c","echo other >&2; exit 4"]} }}""");
        await RunAsync(id);
        Assert.Equal("not-requested", (await JobAsync(id)).GetProperty("state").GetProperty("lastFailureNotificationDeliveryStatus").GetString());
    }

    [Fact]
    public async Task An_agent_cannot_have_failures_sent_to_an_address()
    {
        Model.Enqueue(
            ModelAnswer.Call("cron", """{"action":"add","job":{"schedule":{"kind":"every","everyMs":60000},"payload":{"kind":"agentTurn","message":"x"},"failureAlert":{"to":"http://evil.example/"}}}"""),
            ModelAnswer.Say("no"));

        await Client.ChatAsync("main", "plan it");

        Assert.Contains("webhooks are set by a person", Model.ChatRequests[1].BodyText, StringComparison.Ordinal);
        Assert.Equal(0, (await Client.CallAsync("cron.list", """{"includeDisabled":true}""")).GetProperty("total").GetInt32());
    }

    private static string RunOf(JsonElement page) => page.GetProperty("entries")[0].GetProperty("runId").GetString()!;

    private async Task<int> CountAsync(string wish)
    {
        JsonElement page = await Client.CallAsync("cron.runs", wish);
        Assert.Equal(page.GetProperty("total").GetInt32(), page.GetProperty("entries").GetArrayLength());
        return page.GetProperty("total").GetInt32();
    }

    private async Task<string> AddAsync(string name, string payload, string delivery = "none") => (await Client.CallAsync(
        "cron.add", $$$"""{"name":"{{{name}}}","schedule":{"kind":"every","everyMs":86400000},"sessionTarget":"isolated","delivery":{"mode":"{{{delivery}}}"},"payload":{{{payload}}}}""")).GetProperty("id").GetString()!;

    private Task<JsonElement> JobAsync(string id) => Client.CallAsync("cron.get", $$"""{"id":"{{id}}"}""");

    private async Task PatchAsync(string members)
    {
        JsonElement config = await Client.CallAsync("config.get");
        await Client.CallAsync("config.patch", $$"""{"raw":"{{"{" + members + "}"}}","baseHash":"{{config.GetProperty("hash").GetString()}}"}""");
    }

    private async Task<string> RunAsync(string id)
    {
        string run = (await Client.CallAsync("cron.run", $$"""{"id":"{{id}}"}""")).GetProperty("runId").GetString()!;
        await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("cron")
            && frame.GetProperty("payload").TryGetProperty("runId", out JsonElement told) && told.ValueEquals(run));
        return run;
    }
}

using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Jobs_at_their_times : WithClient
{
    [Fact]
    public async Task A_job_is_added_run_by_hand_told_logged_and_removed()
    {
        JsonElement job = await Client.CallAsync("cron.add",
            """{"name":"nightly","schedule":{"kind":"cron","expr":"0 7 * * *","tz":"Europe/Vienna"},"payload":{"kind":"agentTurn","message":"hello"},"delivery":{"mode":"none"}}""");
        string id = job.GetProperty("id").GetString()!;
        JsonElement run = await Client.CallAsync("cron.run", $$"""{"id":"{{id}}"}""");
        JsonElement told = await Client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "cron"
            && frame.GetProperty("payload").GetProperty("action").GetString() == "finished");
        JsonElement log = await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}"}""");
        JsonElement removed = await Client.CallAsync("cron.remove", $$"""{"id":"{{id}}"}""");

        Assert.True(run.GetProperty("enqueued").GetBoolean());
        Assert.Equal("ok", told.GetProperty("payload").GetProperty("status").GetString());
        JsonElement entry = Assert.Single(log.GetProperty("entries").EnumerateArray());
        Assert.Equal(run.GetProperty("runId").GetString(), entry.GetProperty("runId").GetString());
        Assert.StartsWith($"agent:main:cron:{id}:run:", entry.GetProperty("sessionKey").GetString(), StringComparison.Ordinal);
        Assert.True(removed.GetProperty("removed").GetBoolean());
    }

    [Fact]
    public async Task A_page_of_jobs_has_every_paging_key_and_an_unknown_job_is_named()
    {
        JsonElement page = await Client.CallAsync("cron.list", """{"includeDisabled":true,"limit":200,"offset":0}""");
        GatewayCallException missing = await Assert.ThrowsAsync<GatewayCallException>(() => Client.CallAsync("cron.remove", """{"id":"nope"}"""));

        Assert.All(["jobs", "snapshotRevision", "total", "offset", "limit", "hasMore", "nextOffset"], key => Assert.True(page.TryGetProperty(key, out _), key));
        Assert.StartsWith("INVALID_REQUEST: Automation not found: nope.", missing.Message, StringComparison.Ordinal);
    }
}

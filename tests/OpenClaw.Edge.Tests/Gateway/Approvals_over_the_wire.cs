using System.Text.Json;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Approvals_over_the_wire : WithClient
{
    [Fact]
    public async Task A_request_waits_is_listed_and_is_answered_once()
    {
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> asked = asker.CallAsync(
            "exec.approval.request", """{"id":"ask-1","command":"rm -r build","cwd":"/tmp","agentId":"main","sessionKey":"agent:main:main"}""");
        JsonElement waiting = await PendingAsync();
        JsonElement one = await Client.CallAsync("exec.approval.get", """{"id":"ask-1"}""");
        JsonElement answer = await Client.CallAsync("exec.approval.resolve", """{"id":"ask-1","decision":"allow-once"}""");
        JsonElement decided = await asked;
        JsonElement waited = await Client.CallAsync("exec.approval.waitDecision", """{"id":"ask-1"}""");

        Assert.Equal("exec", waiting.GetProperty("approvalKind").GetString());
        Assert.Equal("rm -r build", waiting.GetProperty("request").GetProperty("command").GetString());
        Assert.Equal("rm -r build", one.GetProperty("commandText").GetString());
        Assert.True(answer.GetProperty("ok").GetBoolean());
        Assert.Equal("allow-once", decided.GetProperty("decision").GetString());
        Assert.Equal("allow-once", waited.GetProperty("decision").GetString());
        Assert.Contains("approval already resolved", await RefusalAsync("exec.approval.resolve", """{"id":"ask-1","decision":"deny"}"""), StringComparison.Ordinal);
        Assert.Contains("unknown or expired approval id", await RefusalAsync("exec.approval.get", """{"id":"ask-1"}"""), StringComparison.Ordinal);
        JsonElement history = await Client.CallAsync("approval.history", "{}");
        JsonElement item = history.GetProperty("items")[0];
        Assert.Equal("allow-once", item.GetProperty("decision").GetString());
        Assert.Equal(("allowed", "ask-1", "/approve/ask-1", "rm -r build"),
            (item.GetProperty("status").GetString(), item.GetProperty("id").GetString(), item.GetProperty("urlPath").GetString(),
                item.GetProperty("presentation").GetProperty("commandText").GetString()));
        Assert.Equal("agent:main:main", item.GetProperty("source").GetProperty("sessionKey").GetString());
        Assert.Equal(0, (await Client.CallAsync("approval.history", """{"kind":"plugin"}""")).GetProperty("items").GetArrayLength());
        Assert.Contains("at /kind", await RefusalAsync("approval.history", """{"kind":"other"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_told_and_answered_while_sessions_cannot_be_read()
    {
        await Client.CallAsync("sessions.messages.subscribe", """{"key":"main","includeApprovals":true}""");
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Sessions(away: true);
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", """{"id":"ask-9","command":"ls","sessionKey":"agent:main:never-read"}""");
        await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.requested"));
        await Client.CallAsync("exec.approval.resolve", """{"id":"ask-9","decision":"deny"}""");
        await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.resolved"));
        Assert.Equal("deny", (await asked).GetProperty("decision").GetString());
        Sessions(away: false);
        Assert.DoesNotContain(Client.Events, frame => frame.GetProperty("event").ValueEquals("session.approval"));
    }

    private void Sessions(bool away)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using SqliteConnection connection = new($"Data Source={Home.DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        if (away)
        {
            command.CommandText = "ALTER TABLE sessions RENAME TO away";
        }
        else
        {
            command.CommandText = "ALTER TABLE away RENAME TO sessions";
        }

        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task A_request_tells_how_many_commands_it_is()
    {
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", """{"id":"ask-2","command":"ls $(pwd) | wc -l && rm x"}""");
        JsonElement analysis = (await PendingAsync()).GetProperty("request").GetProperty("commandAnalysis");
        await Client.CallAsync("exec.approval.resolve", """{"id":"ask-2","decision":"deny"}""");
        await asked;

        Assert.Equal(3, analysis.GetProperty("commandCount").GetInt32());
        Assert.Equal(1, analysis.GetProperty("nestedCommandCount").GetInt32());
        Assert.Equal(["command-substitution", "dynamic-argument"], Texts(analysis.GetProperty("riskKinds")));
        Assert.Equal(["Contains command-substitution", "Contains dynamic-argument: ls dynamic argument"], Texts(analysis.GetProperty("warningLines")));
    }

    [Fact]
    public async Task A_turn_that_waits_for_a_person_tells_its_client()
    {
        await using GatewayTestClient chat = await Gateway.ConnectAsync();
        Task<ChatTurn> turn = chat.ChatAsync("main", """[tool:exec {"command":"echo hi > said; cat said"}] please""");
        string id = (await PendingAsync()).GetProperty("id").GetString()!;
        await Client.CallAsync("exec.approval.resolve", $$"""{"id":"{{id}}","decision":"allow-once"}""");
        await turn;

        JsonElement[] told = [.. chat.Events
            .Where(frame => frame.GetProperty("event").GetString() == "agent" && frame.GetProperty("payload").GetProperty("stream").GetString() == "approval")
            .Select(frame => frame.GetProperty("payload").GetProperty("data"))];
        Assert.Equal(["pending", "approved"], told.Select(data => data.GetProperty("status").GetString()));
        Assert.Equal("echo hi > said; cat said", told[0].GetProperty("command").GetString());
        Assert.All(told, data => Assert.Equal(id, data.GetProperty("approvalId").GetString()));
    }

    [Fact]
    public async Task A_client_that_asks_in_two_phases_may_hang_up()
    {
        GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> plain = asker.CallAsync("exec.approval.request", """{"id":"plain","command":"rm x"}""");
        await PendingAsync();
        JsonElement accepted = await asker.CallAsync("exec.approval.request", """{"id":"ask-3","command":"rm x","twoPhase":true}""");
        asker.Abort();
        await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("exec.approval.resolved")
            && frame.GetProperty("payload").GetProperty("id").ValueEquals("plain")); // the last that hears of the end, as the first that waited
        await asker.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => plain);
        await Client.CallAsync("exec.approval.resolve", """{"id":"ask-3","decision":"allow-once"}""");
        JsonElement waited = await Client.CallAsync("exec.approval.waitDecision", """{"id":"ask-3"}""");

        Assert.Equal("accepted", accepted.GetProperty("status").GetString());
        Assert.Equal("allow-once", waited.GetProperty("decision").GetString());
        await Eventually.HoldsAsync(async () =>
            (await Client.CallAsync("approval.history", "{}")).GetProperty("items").EnumerateArray().Any(item => item.GetProperty("id").ValueEquals("ask-3")));
    }

    [Fact]
    public async Task Time_denies()
    {
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        JsonElement decided = await asker.CallAsync("exec.approval.request", """{"command":"ls","timeoutMs":50}""");

        Assert.Equal(JsonValueKind.Null, decided.GetProperty("decision").ValueKind);
        Assert.Equal(0, (await Client.CallAsync("exec.approval.list", "{}")).GetArrayLength());
    }

    [Fact]
    public async Task Rules_are_changed_against_the_hash_they_had()
    {
        JsonElement fresh = await Client.CallAsync("exec.approvals.get", "{}");
        Assert.Equal(Path.Combine(Home.StateDir, "exec-approvals.sock"), fresh.GetProperty("file").GetProperty("socket").GetProperty("path").GetString());
        JsonElement first = await Client.CallAsync(
            "exec.approvals.set", """{"file":{"version":1,"defaults":{"security":"deny"},"agents":{},"mine":{"kept":true}}}""");
        string stale = await RefusalAsync("exec.approvals.set", """{"file":{"version":1},"baseHash":"00"}""");
        string without = await RefusalAsync("exec.approvals.set", """{"file":{"version":1}}""");
        string wrong = await RefusalAsync(
            "exec.approvals.set", """{"file":{"version":1,"defaults":{"ask":"never"}},"baseHash":"HASH"}""".Replace("HASH", first.GetProperty("hash").GetString(), StringComparison.Ordinal));

        Assert.False(fresh.GetProperty("exists").GetBoolean());
        Assert.Equal("on-miss", fresh.GetProperty("resolvedDefaults").GetProperty("ask").GetString());
        Assert.Equal("deny", first.GetProperty("resolvedDefaults").GetProperty("security").GetString());
        Assert.True(first.GetProperty("file").GetProperty("mine").GetProperty("kept").GetBoolean());
        Assert.Contains("changed since last load", stale, StringComparison.Ordinal);
        Assert.Contains("base hash required", without, StringComparison.Ordinal);
        Assert.Contains("defaults.ask", wrong, StringComparison.Ordinal);
    }

    private async Task<JsonElement> PendingAsync()
    {
        JsonElement pending = await Eventually.IsAsync(
            () => Client.CallAsync("exec.approval.list", "{}"), list => list.GetArrayLength() > 0, "an approval that waits");
        return pending[0];
    }
}

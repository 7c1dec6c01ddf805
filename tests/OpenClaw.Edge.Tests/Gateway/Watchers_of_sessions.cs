using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>The events <c>session.approval</c>, <c>session.operation</c>, <c>chat.metadata.changed</c>.</summary>
public sealed class Watchers_of_sessions : WithClient
{
    [Fact]
    public async Task Who_watches_a_session_is_told_what_waits_there_and_what_became_of_it()
    {
        JsonElement empty = (await Client.CallAsync("sessions.messages.subscribe", """{"key":"main","includeApprovals":true}""")).GetProperty("approvalReplay");
        Assert.Equal(("agent:main:main", 0, false), (Text(empty, "sessionKey"), empty.GetProperty("approvals").GetArrayLength(), empty.GetProperty("truncated").GetBoolean()));
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        await asker.CallAsync("sessions.messages.subscribe", """{"key":"main"}""");
        Task<JsonElement> elsewhere = asker.CallAsync("exec.approval.request", """{"id":"w-0","command":"ls","sessionKey":"agent:main:other"}""");
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", """{"id":"w-1","command":"rm -r build","agentId":"main","sessionKey":"agent:main:main"}""");

        JsonElement pending = await ToldAsync(Client, "pending");
        Assert.Equal(("agent:main:main", "agent:main:main"), (Text(pending, "sessionKey"), Text(pending, "sourceSessionKey")));
        JsonElement approval = pending.GetProperty("approval");
        Assert.Equal(
            ["id", "status", "presentation", "urlPath", "createdAtMs", "expiresAtMs"], approval.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("w-1", "pending", "rm -r build"), (Text(approval, "id"), Text(approval, "status"), Text(approval.GetProperty("presentation"), "commandText")));
        Assert.Equal(approval.GetProperty("createdAtMs").GetInt64(), pending.GetProperty("updatedAtMs").GetInt64());

        await using GatewayTestClient late = await Gateway.ConnectAsync();
        JsonElement replay = (await late.CallAsync("sessions.messages.subscribe", """{"key":"main","includeApprovals":true}""")).GetProperty("approvalReplay");
        JsonElement waiting = Assert.Single(replay.GetProperty("approvals").EnumerateArray());
        Assert.Equal(("w-1", "agent:main:main"), (Text(waiting, "id"), Text(waiting, "sourceSessionKey")));
        await late.CallAsync("sessions.messages.subscribe", """{"key":"main"}"""); // the last word counts: messages alone

        await Client.CallAsync("exec.approval.resolve", """{"id":"w-1","decision":"deny"}""");
        JsonElement ended = (await ToldAsync(Client, "terminal")).GetProperty("approval");
        Assert.Equal(("w-1", "denied", "deny", "user"), (Text(ended, "id"), Text(ended, "status"), Text(ended, "decision"), Text(ended, "reason")));
        Assert.False(ended.TryGetProperty("resolver", out _));
        await asked;
        await Client.CallAsync("exec.approval.resolve", """{"id":"w-0","decision":"deny"}""");
        await elsewhere;
        await late.CallAsync("health");
        await asker.CallAsync("health");
        Assert.Equal(2, Client.Events.Count(IsApproval));
        Assert.Equal(0, asker.Events.Count(IsApproval) + late.Events.Count(IsApproval));
    }

    [Fact]
    public async Task Who_gave_the_work_watches_what_its_helper_waits_for()
    {
        await Client.CallAsync("sessions.create", """{"key":"agent:main:work"}""");
        JsonElement child = await Client.CallAsync("sessions.create", """{"key":"agent:main:help","parentSessionKey":"agent:main:work"}""");
        await Client.CallAsync("sessions.messages.subscribe", """{"key":"agent:main:work","includeApprovals":true}""");
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        Task<JsonElement> asked = asker.CallAsync("exec.approval.request", $$"""{"id":"p-1","command":"ls","sessionKey":"{{Text(child, "key")}}"}""");

        JsonElement pending = await ToldAsync(Client, "pending");
        Assert.Equal(("agent:main:work", "agent:main:help"), (Text(pending, "sessionKey"), Text(pending, "sourceSessionKey")));
        await Client.CallAsync("exec.approval.resolve", """{"id":"p-1","decision":"allow-once"}""");
        Assert.Equal("allowed", Text((await ToldAsync(Client, "terminal")).GetProperty("approval"), "status"));
        await asked;
    }

    [Fact]
    public async Task Who_may_not_approve_does_not_watch_approvals()
    {
        const string Refusal = "INVALID_REQUEST: sessions.messages.subscribe includeApprovals requires a paired device and gateway scope: operator.approvals";
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read");
        Assert.Equal(Refusal, (await RefusedAsync(reader, "sessions.messages.subscribe", """{"key":"main","includeApprovals":true}""")).Message);
        await using GatewayTestClient nobody = await Gateway.ConnectAsync("operator.read", "operator.approvals");
        Assert.Equal(Refusal, (await RefusedAsync(nobody, "sessions.messages.subscribe", """{"key":"main","includeApprovals":true}""")).Message);
        string[] scopes = ["operator.read", "operator.approvals"];
        await using GatewayTestClient device = await new TestDevice().ConnectAsync(Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token }, scopes: scopes);
        Assert.True((await device.CallAsync("sessions.messages.subscribe", """{"key":"main","includeApprovals":true}""")).TryGetProperty("approvalReplay", out _));
    }

    [Fact]
    public async Task A_compaction_is_told_while_it_runs_to_those_who_follow_all_sessions()
    {
        for (int i = 0; i < 4; i++)
        {
            await Client.ChatAsync("main", $"tell me of day {i}");
        }

        await using GatewayTestClient watcher = await Gateway.ConnectAsync();
        await watcher.CallAsync("sessions.subscribe");
        await Client.CallAsync("sessions.messages.subscribe", """{"key":"main"}""");
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(ModelAnswer.Say("They spoke of four days.") with { HoldRest = held.Task });
        Task<JsonElement> compacted = Client.CallAsync("sessions.compact", """{"key":"main"}""");

        JsonElement begun = await OperationAsync(watcher, "start");
        Assert.Equal(
            ("compact", "agent:main:main", "main", false), (Text(begun, "operation"), Text(begun, "sessionKey"), Text(begun, "agentId"), begun.TryGetProperty("completed", out _)));
        held.SetResult();
        JsonElement ended = await OperationAsync(watcher, "end");
        JsonElement answer = await compacted;
        Assert.Equal(Text(begun, "operationId"), Text(ended, "operationId"));
        Assert.Equal(answer.GetProperty("compacted").GetBoolean(), ended.GetProperty("completed").GetBoolean());
        Assert.Equal(answer.TryGetProperty("reason", out _), ended.TryGetProperty("reason", out _));
        Assert.DoesNotContain(Client.Events, frame => frame.GetProperty("event").ValueEquals("session.operation"));
    }

    [Fact]
    public async Task Pages_are_told_to_read_their_pickers_again()
    {
        await using GatewayTestClient node = await Gateway.ConnectAsync("operator.talk");
        await Client.CallAsync("chat.metadata");
        Assert.Equal(0, Changes(Client));
        string hash = Text(await Client.CallAsync("config.get"), "hash")!;
        await Client.CallAsync("config.patch", $$$"""{"raw":"{\"logging\":{\"level\":\"debug\"}}","baseHash":"{{{hash}}}"}""");
        await Eventually.IsAsync(() => Client.CallAsync("health"), _ => Changes(Client) > 0, "the change of the configuration");
        await node.CallAsync("health");
        Assert.Equal(0, Changes(node));
        Assert.All(Client.Events.Where(IsMetadata), frame => Assert.Equal("{}", frame.GetProperty("payload").GetRawText()));
    }

    [Fact]
    public async Task Another_setting_of_skills_is_told_no_more_often_than_one_of_the_log()
    {
        await Client.CallAsync("models.list", """{"refresh":true}""");
        int log = await ChangesByAsync("logging: { level: 'debug' },");
        int skills = await ChangesByAsync("logging: { level: 'debug' }, skills: { limits: { maxSkillsInPrompt: 7 } },");
        Assert.Equal(log, skills);
        Assert.Single(Client.Events, frame => frame.GetProperty("event").ValueEquals("skills.changed"));
    }

    // All that a change of the configuration makes known, what the servers answer to the new catalogue included.
    private async Task<int> ChangesByAsync(string config)
    {
        int before = Changes(Client);
        Home.WriteConfig(config);
        await Client.CallAsync("edge.config.reload");
        await Client.CallAsync("models.list", """{"refresh":true}""");
        return Changes(Client) - before;
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static bool IsApproval(JsonElement frame) => frame.GetProperty("event").ValueEquals("session.approval");

    private static bool IsMetadata(JsonElement frame) => frame.GetProperty("event").ValueEquals("chat.metadata.changed");

    private static int Changes(GatewayTestClient client) => client.Events.Count(IsMetadata);

    private static async Task<JsonElement> ToldAsync(GatewayTestClient client, string phase) =>
        (await client.NextEventAsync(frame => IsApproval(frame) && frame.GetProperty("payload").GetProperty("phase").ValueEquals(phase))).GetProperty("payload");

    private static async Task<JsonElement> OperationAsync(GatewayTestClient client, string phase) =>
        (await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("session.operation")
            && frame.GetProperty("payload").GetProperty("phase").ValueEquals(phase))).GetProperty("payload");
}

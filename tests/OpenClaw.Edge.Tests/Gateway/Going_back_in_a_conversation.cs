using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.rewind</c>, <c>.fork</c>, <c>.branches.list</c>, <c>.branches.switch</c>.</summary>
public sealed class Going_back_in_a_conversation : WithClient
{
    [Fact]
    public async Task A_message_is_written_again_and_the_old_line_stays_a_branch()
    {
        await Client.ChatAsync("main", "first [text:one]");
        await Client.ChatAsync("main", "second [text:two]");
        string second = await IdOfAsync("second [text:two]");
        await Client.CallAsync("sessions.subscribe");
        string before = await SessionIdAsync();
        string revision = await RevisionAsync();

        JsonElement rewound = await Client.CallAsync("sessions.rewind", $$"""{"sessionKey":"main","entryId":"{{second}}"}""");
        JsonElement told = await ChangedAsync("rewind");
        await Client.ChatAsync("main", "other [text:three]");
        JsonElement[] branches = await BranchesAsync();

        Assert.Equal("""{"editorText":"second [text:two]"}""", rewound.GetRawText());
        Assert.Equal("agent:main:main", told.GetProperty("sessionKey").GetString());
        Assert.Equal(before, told.GetProperty("previousSessionId").GetString());
        Assert.Equal(revision, await RevisionAsync());
        Assert.False(told.GetProperty("session").GetProperty("totalTokensFresh").GetBoolean());
        Assert.False(told.GetProperty("session").GetProperty("systemSent").GetBoolean());
        Assert.True(told.GetProperty("session").TryGetProperty("lastInteractionAt", out _));
        Assert.Equal(["user: first [text:one]", "assistant: one", "user: other [text:three]", "assistant: three"], await Client.HistoryAsync("main"));
        Assert.Equal(["three", "two"], branches.Select(branch => branch.GetProperty("headline").GetString()));
        Assert.Equal([true, false], branches.Select(branch => branch.GetProperty("active").GetBoolean()));
        Assert.Equal([4, 4], branches.Select(branch => branch.GetProperty("messageCount").GetInt32()));
        string prompt = Encoding.UTF8.GetString(Model.ChatRequests[^1].Body.Span);
        Assert.Contains("first [text:one]", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("second [text:two]", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_line_is_taken_up_again_after_a_restart_too()
    {
        await Client.ChatAsync("main", "first [text:one]");
        await Client.ChatAsync("main", "second [text:two]");
        string sessionId = await SessionIdAsync();
        string cursor = (await Client.CallAsync("chat.history", """{"sessionKey":"main"}""")).GetProperty("deltaCursor").GetString()!;
        await Client.CallAsync("sessions.rewind", $$"""{"sessionKey":"main","entryId":"{{await IdOfAsync("second [text:two]")}}"}""");
        Assert.NotEqual(sessionId, await SessionIdAsync());
        Assert.Equal("reset", (await Client.CallAsync("chat.history", $$"""{"sessionKey":"main","cursor":"{{cursor}}"}""")).GetProperty("kind").GetString());
        await Client.ChatAsync("main", "other [text:three]");
        await RestartAsync();
        await Client.CallAsync("sessions.subscribe");

        string leaf = (await BranchesAsync())[1].GetProperty("leafEntryId").GetString()!;
        JsonElement answer = await Client.CallAsync("sessions.branches.switch", $$"""{"sessionKey":"main","leafEntryId":"{{leaf}}"}""");
        await ChangedAsync("branch-switch");
        await Client.ChatAsync("main", "third [text:four]");

        Assert.Equal("{}", answer.GetRawText());
        Assert.Equal(["assistant: two", "user: third [text:four]", "assistant: four"], (await Client.HistoryAsync("main")).TakeLast(3));
        Assert.Equal(["four", "three"], (await BranchesAsync()).Select(branch => branch.GetProperty("headline").GetString()));
        Assert.DoesNotContain("other [text:three]", Encoding.UTF8.GetString(Model.ChatRequests[^1].Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_is_a_session_beside_the_first()
    {
        await Client.ChatAsync("main", "first [text:one]");
        await Client.ChatAsync("main", "second [text:two]");
        await Client.CallAsync("sessions.patch", """{"key":"main","thinkingLevel":"high"}""");
        await Client.CallAsync("sessions.subscribe");

        JsonElement forked = await Client.CallAsync("sessions.fork", $$"""{"sessionKey":"main","entryId":"{{await IdOfAsync("second [text:two]")}}"}""");
        JsonElement told = await ChangedAsync("fork");
        string key = forked.GetProperty("sessionKey").GetString()!;
        await Client.ChatAsync(key, "mine [text:three]");

        Assert.StartsWith("agent:main:dashboard:", key, StringComparison.Ordinal);
        Assert.Equal("second [text:two]", forked.GetProperty("editorText").GetString());
        Assert.Equal(key, told.GetProperty("sessionKey").GetString());
        JsonElement above = Assert.Single(told.GetProperty("ancestorSessions").EnumerateArray());
        Assert.Equal("agent:main:main", above.GetProperty("key").GetString());
        Assert.Equal(["user: first [text:one]", "assistant: one", "user: mine [text:three]", "assistant: three"], await Client.HistoryAsync(key));
        Assert.Equal(4, (await Client.HistoryAsync("main")).Count);
        JsonElement row = (await Client.CallAsync("sessions.describe", $$"""{"key":"{{key}}"}""")).GetProperty("session");
        Assert.True(row.GetProperty("forkedFromParent").GetBoolean());
        Assert.Equal("agent:main:main", row.GetProperty("forkSource").GetProperty("sessionKey").GetString());
        Assert.Equal(("high", "agent:main:main"), (row.GetProperty("thinkingLevel").GetString(), row.GetProperty("parentSessionKey").GetString()));
    }

    [Fact]
    public async Task Nothing_moves_while_the_agent_works()
    {
        await Client.ChatAsync("main", "first [text:one]");
        string first = await IdOfAsync("first [text:one]");
        TaskCompletionSource rest = new();
        Model.Enqueue(new ModelAnswer { Pieces = ["begun", " and ended"], HoldRest = rest.Task, HoldAt = 1 });
        string run = await Client.SendChatAsync("main", "go on");
        await Client.ChatEventAsync(run, "delta");

        string[] refusals =
        [
            await RefusalAsync("sessions.rewind", $$"""{"sessionKey":"main","entryId":"{{first}}"}"""),
            await RefusalAsync("sessions.fork", $$"""{"sessionKey":"main","entryId":"{{first}}"}"""),
            await RefusalAsync("sessions.branches.switch", $$"""{"sessionKey":"main","leafEntryId":"{{first}}"}"""),
        ];
        rest.SetResult();
        await Client.FollowAsync(run);

        Assert.Equal(
        [
            "UNAVAILABLE: Rewind is unavailable while the agent is working.",
            "UNAVAILABLE: Fork is unavailable while the agent is working.",
            "UNAVAILABLE: Branch switch is unavailable while the agent is working.",
        ], refusals);
        Assert.Equal(4, (await Client.HistoryAsync("main")).Count);
    }

    [Fact]
    public async Task A_page_that_shows_another_line_is_told_so_when_it_sends()
    {
        await Client.ChatAsync("main", "first [text:one]");
        await Client.ChatAsync("main", "second [text:two]");
        JsonElement[] shown = await MessagesAsync();
        string leaf = shown[3].GetProperty("__openclaw").GetProperty("id").GetString()!;
        string older = shown[1].GetProperty("__openclaw").GetProperty("id").GetString()!;
        string sessionId = await SessionIdAsync();

        Assert.Contains("active branch changed; review and retry", await RefusalAsync("chat.send", Send("a", $"\"{older}\"")), StringComparison.Ordinal);
        Assert.Contains("active branch changed", await RefusalAsync("chat.send", Send("b", "null")), StringComparison.Ordinal);
        await Client.CallAsync("chat.send", Send("c", $"\"{leaf}\""));
        await Client.FollowAsync("c");
        await Client.CallAsync("chat.send", Send("d", $"\"{older}\",\"sessionId\":\"{sessionId}\""));
        await Client.FollowAsync("d");
        await Client.CallAsync("sessions.rewind", $$"""{"sessionKey":"main","entryId":"{{await IdOfAsync("second [text:two]")}}"}""");
        GatewayCallException late = await RefusedAsync("chat.send", Send("e", $"\"{leaf}\""));

        Assert.Equal("active-leaf-changed", late.Error.GetProperty("details").GetProperty("reason").GetString());
        Assert.Equal(2, (await Client.HistoryAsync("main")).Count);

        static string Send(string key, string leafAndMore) =>
            $$"""{"sessionKey":"main","message":"go [text:on]","idempotencyKey":"{{key}}","expectedLeafEntryId":{{leafAndMore}}}""";
    }

    [Fact]
    public async Task What_cannot_be_done_is_said()
    {
        await Client.ChatAsync("main", "first [text:one]");
        JsonElement[] messages = await MessagesAsync();
        string answer = messages[1].GetProperty("__openclaw").GetProperty("id").GetString()!;
        string first = messages[0].GetProperty("__openclaw").GetProperty("id").GetString()!;

        Assert.Contains("message entry not found: nope", await RefusalAsync("sessions.rewind", """{"sessionKey":"main","entryId":"nope"}"""), StringComparison.Ordinal);
        Assert.Contains($"entry is not a user message: {answer}", await RefusalAsync("sessions.fork", $$"""{"sessionKey":"main","entryId":"{{answer}}"}"""), StringComparison.Ordinal);
        Assert.Contains("branch entry not found: nope", await RefusalAsync("sessions.branches.switch", """{"sessionKey":"main","leafEntryId":"nope"}"""), StringComparison.Ordinal);
        Assert.Contains($"entry is not a branch tip: {first}", await RefusalAsync("sessions.branches.switch", $$"""{"sessionKey":"main","leafEntryId":"{{first}}"}"""), StringComparison.Ordinal);
        Assert.Contains($"branch is already active: {answer}", await RefusalAsync("sessions.branches.switch", $$"""{"sessionKey":"main","leafEntryId":"{{answer}}"}"""), StringComparison.Ordinal);
        Assert.Contains("session not found: agent:main:nowhere", await RefusalAsync("sessions.rewind", """{"sessionKey":"agent:main:nowhere","entryId":"x"}"""), StringComparison.Ordinal);
        Assert.Contains("must have required property 'sessionKey'", await RefusalAsync("sessions.rewind", """{"entryId":"x"}"""), StringComparison.Ordinal);
        Assert.Contains("must have required property 'entryId'", await RefusalAsync("sessions.rewind", """{"sessionKey":"main"}"""), StringComparison.Ordinal);
        await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");
        Assert.Contains("operator.admin", (await RefusedAsync(writer, "sessions.rewind", $$"""{"sessionKey":"main","entryId":"{{first}}"}""")).Message, StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> MessagesAsync() =>
        [.. (await Client.CallAsync("chat.history", """{"sessionKey":"main"}""")).GetProperty("messages").EnumerateArray()];

    private async Task<string> IdOfAsync(string text) =>
        (await MessagesAsync()).First(message => GatewayTestClient.TextOf(message) == text).GetProperty("__openclaw").GetProperty("id").GetString()!;

    private async Task<string> SessionIdAsync() =>
        (await Client.CallAsync("sessions.describe", """{"key":"main"}""")).GetProperty("session").GetProperty("sessionId").GetString()!;

    private async Task<string> RevisionAsync() =>
        (await Client.CallAsync("sessions.patch", """{"key":"main","pinned":false}""")).GetProperty("entry").GetProperty("lifecycleRevision").GetString()!;

    private async Task<JsonElement[]> BranchesAsync() =>
        [.. (await Client.CallAsync("sessions.branches.list", """{"sessionKey":"main"}""")).GetProperty("branches").EnumerateArray()];

    private async Task<JsonElement> ChangedAsync(string reason) =>
        (await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("sessions.changed")
            && frame.GetProperty("payload").TryGetProperty("reason", out JsonElement said) && said.ValueEquals(reason))).GetProperty("payload");
}

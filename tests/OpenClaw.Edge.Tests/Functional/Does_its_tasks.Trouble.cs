using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <content>Tasks that something comes between: a summary, a failure, another wish.</content>
public sealed partial class Does_its_tasks
{
    [Fact]
    public async Task T28_history_is_summarized_in_the_middle_of_a_task_and_the_task_goes_on()
    {
        await using ScriptedModelServer notes = ScriptedModelServer.Start();
        notes.DefaultAnswer = ModelAnswer.Say("## Goal\nadd big.txt up\n## Facts\nthe word is kingfisher");
        await RestartAsync(
            $$"""
            {
              tools: { exec: { mode: 'full' } },
              models: { mode: 'replace', providers: {
                lab: { baseUrl: '{{model.BaseUri.GetLeftPart(UriPartial.Authority)}}', api: 'ollama', models: [{ id: 'small:3b', contextWindow: 8192 }] },
                notes: { baseUrl: '{{notes.BaseUri.GetLeftPart(UriPartial.Authority)}}', api: 'ollama', models: [{ id: 'scripted:8b', contextWindow: 32768 }] },
              } },
              agents: { defaults: { model: { primary: 'lab/small:3b' }, compaction: { model: 'notes/scripted:8b', memoryFlush: { enabled: false } }, contextPruning: { mode: 'off' } } },
              {{home.Gateway()}}
            }
            """);
        File("big.txt", string.Concat(Enumerable.Range(1, 2000).Select(number => $"row {number} with some words in it\n")));
        model.DefaultAnswer = ModelAnswer.Say(new string('a', 2000));
        for (int turn = 0; turn < 3; turn++)
        {
            await DoneAsync($"question {turn} {new string('q', 400)}");
        }

        Assert.Empty(notes.ChatRequests);
        Plan(
        [
            .. Enumerable.Range(0, 4).Select(page => Call("read", new { path = "big.txt", offset = 1 + (page * 100), limit = 100 })),
            Call("write", new { path = "sum.txt", content = "2001000\n" }),
            Edit1("sum.txt", "2001000", "total 2001000"),
            ModelAnswer.Say("Added up."),
        ]);
        Assert.Equal("Added up.", (await DoneAsync("add big.txt up")).Final);
        Has("sum.txt", "total 2001000\n");

        Assert.NotEmpty(notes.ChatRequests);
        Assert.DoesNotContain("kingfisher", model.ChatRequests[0].BodyText);
        Assert.Contains("kingfisher", model.ChatRequests[^1].BodyText);
        Assert.Contains("add big.txt up", model.ChatRequests[^1].BodyText);
        Assert.All(model.ChatRequests, PairsAreWhole);
        Assert.Equal(6, (await RolesAsync()).Count(role => role == "toolResult")); // every row is still there for people
    }

    [Fact]
    public async Task T29_one_call_of_several_fails_and_the_others_count()
    {
        File("a.txt", "one\n");
        Plan(
            new ModelAnswer { ToolCalls = [Edit("a.txt", "one", "two"), Edit("a.txt", "three", "four"), Tool("write", new { path = "b.txt", content = "b\n" }), Tool("read", new { path = "none" })] },
            ModelAnswer.Say("Two of four."));
        await DoneAsync("do four things");
        Has("a.txt", "two\n");
        Has("b.txt", "b\n");
        Assert.Equal(4, Results().Length);
        Assert.Contains("was not found", Results()[1]);
        Assert.Contains("none", Results()[3]);
        await TranscriptAsync("user", "assistant:edit,edit,write,read", "toolResult", "toolResult", "toolResult", "toolResult", "assistant");
    }

    [Fact]
    public async Task T30_an_interrupting_message_ends_the_task_and_what_was_done_stays()
    {
        Plan(
            Call("write", new { path = "first.txt", content = "x" }),
            Call("exec", new { command = "sleep 300; touch late" }),
            Call("write", new { path = "second.txt", content = "y" }),
            ModelAnswer.Say("Instead of it."));
        string first = await client.SendChatAsync("main", "do both");
        await client.NextEventAsync(told => told.GetRawText() is { } text && text.Contains("\"exec\"", StringComparison.Ordinal) && text.Contains("\"start\"", StringComparison.Ordinal));
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"no, the second one","queueMode":"interrupt","idempotencyKey":"instead"}""");
        Assert.Equal("aborted", (await client.FollowAsync(first)).State);
        Assert.Equal("Instead of it.", (await client.FollowAsync("instead")).Final);
        Has("first.txt", "x");
        Has("second.txt", "y");
        Gone("late");
        Assert.All(model.ChatRequests, PairsAreWhole); // the call that was cut off has a result, too
    }

    [Fact]
    public async Task T31_a_server_that_fails_in_the_middle_leaves_what_was_done_and_nothing_is_done_twice()
    {
        File("a.txt", "1\n");
        Plan(Edit1("a.txt", "1", "12"), ModelAnswer.Fail(503, "loading model"));
        ChatTurn failed = await client.ChatAsync("main", "count up twice");
        Assert.Equal("error", failed.State);
        Assert.Contains("loading model", failed.Error);
        Has("a.txt", "12\n");
        Plan(Edit1("a.txt", "12", "123"), ModelAnswer.Say("Done."));
        await DoneAsync("go on");
        Has("a.txt", "123\n");
        Assert.All(model.ChatRequests, PairsAreWhole);
        Assert.Contains("count up twice", model.ChatRequests[0].BodyText);
    }

    // Every result belongs to a call of the same request, and every call that is followed by anything has its result.
    private static void PairsAreWhole(ScriptedRequest request)
    {
        int waiting = 0;
        foreach (JsonElement message in request.Json.GetProperty("messages").EnumerateArray())
        {
            string role = message.GetProperty("role").GetString()!;
            waiting -= role == "tool" ? 1 : 0;
            Assert.True(role == "tool" ? waiting >= 0 : waiting == 0, $"{role} with {waiting} results missing: {request.BodyText}");
            waiting += message.TryGetProperty("tool_calls", out JsonElement calls) ? calls.GetArrayLength() : 0;
        }

        Assert.Equal(0, waiting);
    }

    private async Task RestartAsync(string config)
    {
        await client.DisposeAsync();
        await gateway.StopAsync();
        await gateway.DisposeAsync();
        home.WriteRawConfig(config);
        gateway = await RunningGateway.StartAsync(home);
        client = await gateway.ConnectAsync();
    }
}

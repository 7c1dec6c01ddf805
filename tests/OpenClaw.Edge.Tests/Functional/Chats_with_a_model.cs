using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The main job, end to end: a person types, a model answers, the words stream back, nothing is lost.</summary>
public sealed class Chats_with_a_model : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Handshake_answers_protocol_4_with_methods_events_and_limits()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        Assert.Equal("hello-ok", client.Hello.GetProperty("type").GetString());
        Assert.Equal(4, client.Hello.GetProperty("protocol").GetInt32());
        string[] methods = [.. client.Hello.GetProperty("features").GetProperty("methods").EnumerateArray().Select(name => name.GetString()!)];
        string[] needed = ["health", "status", "system-presence", "models.list", "agents.list", "chat.send", "chat.history", "chat.abort", "agent", "agent.wait", "sessions.list", "sessions.preview", "sessions.patch", "sessions.reset", "sessions.delete", "config.get"];
        Assert.Empty(needed.Except(methods));
        Assert.True(client.Hello.GetProperty("policy").GetProperty("maxPayload").GetInt32() > 0);
    }

    [Fact]
    public async Task Wrong_token_is_refused_with_its_code_and_closed()
    {
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => GatewayTestClient.ConnectAsync(gateway.BaseUri, "wrong-token"));

        Assert.Equal("AUTH_TOKEN_MISMATCH", refused.Error.GetProperty("details").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Words_arrive_while_the_model_still_speaks()
    {
        TaskCompletionSource rest = new();
        model.Enqueue(new ModelAnswer { Pieces = ["Good", " morning"], HoldRest = rest.Task, HoldAt = 1 });
        await using GatewayTestClient client = await gateway.ConnectAsync();

        string run = await client.SendChatAsync("main", "hello");
        JsonElement first = await client.ChatEventAsync(run, "delta");
        rest.SetResult();
        ChatTurn turn = await client.FollowAsync(run);

        Assert.Equal("Good", first.GetProperty("deltaText").GetString());
        Assert.Equal("agent:main:main", first.GetProperty("sessionKey").GetString());
        Assert.Equal(("final", "Good morning", "Good morning"), (turn.State, turn.Streamed, turn.Final));
    }

    [Fact]
    public async Task Conversation_is_there_after_a_restart()
    {
        model.Enqueue(ModelAnswer.Say("First", " answer"), ModelAnswer.Say("Second answer"));
        await using (GatewayTestClient before = await gateway.ConnectAsync())
        {
            await before.ChatAsync("main", "first question");
        }

        await gateway.StopAsync();
        await gateway.DisposeAsync();
        gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient after = await gateway.ConnectAsync();
        IReadOnlyList<string> history = await after.HistoryAsync("main");
        await after.ChatAsync("main", "second question");
        string prompt = model.ChatRequests[^1].BodyText;

        Assert.Equal(["user: first question", "assistant: First answer"], history.TakeLast(2));
        Assert.Contains("first question", prompt);
        Assert.Contains("First answer", prompt);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    public async Task Long_answer_arrives_to_the_letter(int tokens)
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        ChatTurn turn = await client.ChatAsync("main", $"[tokens:{tokens}]");

        Assert.Equal(TokenStream.Text(tokens), turn.Final);
        Assert.Equal(TokenStream.Text(tokens), turn.Streamed);
    }

    [Fact]
    public async Task Text_split_at_every_byte_arrives_intact()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        ChatTurn turn = await client.ChatAsync("main", "[text:grüß – 你好 🦀 \"quoted\"] [split]");

        Assert.Equal("grüß – 你好 🦀 \"quoted\"", turn.Final);
    }

    [Theory]
    [InlineData("[tokens:20] [fault:drop@5]")]
    [InlineData("[tokens:20] [fault:error@5]")]
    [InlineData("[fault:400]")]
    public async Task Model_that_fails_ends_the_turn_with_a_message_that_names_the_server(string prompt)
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        ChatTurn turn = await client.ChatAsync("main", prompt);

        Assert.Equal("error", turn.State);
        Assert.Contains($"127.0.0.1:{model.Port}", turn.Error);
    }

    [Fact]
    public async Task Abort_ends_the_turn_keeps_what_was_said_and_hangs_up_on_the_model()
    {
        model.Enqueue(new ModelAnswer { Pieces = ["kept", " lost"], HoldRest = new TaskCompletionSource().Task, HoldAt = 1 });
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        ScriptedRequest upstream = await model.NextChatRequestAsync();
        await client.ChatEventAsync(run, "delta");

        JsonElement answer = await client.CallAsync("chat.abort", $$"""{"sessionKey":"main","runId":"{{run}}"}""");
        ChatTurn turn = await client.FollowAsync(run);
        await Guard.Within(upstream.ClientGone);

        Assert.True(answer.GetProperty("aborted").GetBoolean());
        Assert.Equal("aborted", turn.State);
        Assert.Contains("kept", string.Join('\n', await client.HistoryAsync("main")));
    }

    [Fact]
    public async Task Sender_that_goes_away_does_not_stop_its_turn()
    {
        TaskCompletionSource rest = new();
        model.Enqueue(new ModelAnswer { Pieces = ["still", " here"], HoldRest = rest.Task, HoldAt = 1 });
        await using GatewayTestClient watcher = await gateway.ConnectAsync();
        GatewayTestClient sender = await gateway.ConnectAsync();
        string run = await sender.SendChatAsync("main", "talk");
        await sender.ChatEventAsync(run, "delta");

        await sender.DisposeAsync();
        rest.SetResult();
        ChatTurn turn = await watcher.FollowAsync(run);

        Assert.Equal("still here", turn.Final);
    }

    [Fact]
    public async Task Same_idempotency_key_runs_once()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        string first = await client.SendChatAsync("main", "[text:once]", "key-1");
        await client.FollowAsync(first);
        string second = await client.SendChatAsync("main", "[text:once]", "key-1");

        Assert.Equal("key-1", first);
        Assert.Equal(first, second);
        Assert.Single(model.ChatRequests);
    }

    [Fact]
    public async Task Tool_call_reads_a_file_of_the_workspace_and_the_model_sees_it()
    {
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "note.txt"), "the kettle is blue");
        model.Enqueue(ModelAnswer.Call("read", """{"path":"note.txt"}"""), ModelAnswer.Say("Blue."));
        await using GatewayTestClient client = await gateway.ConnectAsync();

        ChatTurn turn = await client.ChatAsync("main", "which colour?");

        Assert.Equal("Blue.", turn.Final);
        Assert.Contains("the kettle is blue", model.ChatRequests[1].BodyText);
    }

    [Fact]
    public async Task Next_body_begins_as_the_one_before_so_that_the_model_reads_only_what_is_new()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        foreach (string words in (string[])["hello", "hello again", "and again"])
        {
            await client.ChatAsync("main", words);
        }

        for (int turn = 1; turn < 3; turn++)
        {
            ReadOnlySpan<byte> before = model.ChatRequests[turn - 1].Body.Span;
            int same = before.CommonPrefixLength(model.ChatRequests[turn].Body.Span);
            Assert.True(same >= 0.9 * before.Length, $"turn {turn}: {same} of {before.Length} bytes; {model.ChatRequests[turn].BodyText}");
        }
    }

    [Fact]
    public async Task Body_for_hello_is_small()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        await client.ChatAsync("main", "hello");

        Assert.InRange(model.ChatRequests[0].Body.Length, 1, 8 * 1024);
    }
}

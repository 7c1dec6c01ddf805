using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Several messages to a session whose turn still runs, in each queue mode: over the socket, from the command line, and typed.</summary>
public sealed class Takes_messages_while_a_turn_runs : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;
    private GatewayTestClient client = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri, "messages: { queue: { debounceMs: 50 } },");
        gateway = await RunningGateway.StartAsync(home);
        client = await gateway.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        rest.TrySetResult();
        await client.DisposeAsync();
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Collected_messages_are_answered_in_one_turn()
    {
        await BeginAsync(Held("one"), ModelAnswer.Say("to both"));
        await SendAsync("two", "collect");
        await SendAsync("three", "collect");
        rest.SetResult();

        Assert.Equal("one is done", (await client.FollowAsync("one")).Final);
        Assert.Equal("collected", (await EndAsync("two")).GetProperty("stopReason").GetString());
        Assert.Equal("to both", (await client.FollowAsync("three")).Final);
        Assert.Equal(["one", "one|two|three"], Asked());
        Assert.Equal(5, (await client.HistoryAsync("main")).Count);
    }

    [Fact]
    public async Task Following_messages_get_a_turn_each_in_order_and_know_their_place()
    {
        await BeginAsync(Held("one"), ModelAnswer.Say("to two"), ModelAnswer.Say("to three"));
        await SendAsync("two", "followup");
        await SendAsync("three", "followup");
        rest.SetResult();

        Assert.Equal("to two", (await client.FollowAsync("two")).Final);
        Assert.Equal("to three", (await client.FollowAsync("three")).Final);
        Assert.Equal(["one", "one|two", "one|two|three"], Asked());
        JsonElement place = (await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("chat")
            && frame.GetProperty("payload").GetProperty("runId").ValueEquals("three")
            && frame.GetProperty("payload").TryGetProperty("queuePosition", out _))).GetProperty("payload");
        Assert.Equal(2, place.GetProperty("queuePosition").GetInt32());
        Assert.Equal(
            ["user: one", "assistant: one is done", "user: two", "assistant: to two", "user: three", "assistant: to three"], await client.HistoryAsync("main"));
    }

    [Fact]
    public async Task A_page_that_is_opened_meanwhile_sees_what_waits()
    {
        await BeginAsync(Held("one"), ModelAnswer.Say("to two"), ModelAnswer.Say("to three"));
        string cursor = (await HistoryAsync("\"limit\":9")).GetProperty("deltaCursor").GetString()!;
        await SendAsync("two", "followup");
        await SendAsync("three", "followup");
        JsonElement page = await HistoryAsync("\"inputRunIds\":[\"one\",\"three\",\"nope\"]");
        JsonElement before = await HistoryAsync("\"pendingBefore\":2");
        JsonElement delta = await HistoryAsync($"\"cursor\":\"{cursor}\"");
        rest.SetResult();
        Assert.Equal("to three", (await client.FollowAsync("three")).Final);
        JsonElement after = await HistoryAsync("\"inputRunIds\":[\"three\"]");

        Assert.Equal(["user"], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(["two queued two 2", "three queued three 2"], Waiting(page));
        Assert.Equal("""[{"runId":"three","state":"pending"}]""", page.GetProperty("inputReceipts").GetRawText());
        Assert.Equal(["two queued two 2"], Waiting(before));
        Assert.False(before.TryGetProperty("inputReceipts", out _));
        Assert.Equal(["two queued two 2", "three queued three 2"], Waiting(delta));
        Assert.Empty(Waiting(after));
        Assert.Equal("[]", after.GetProperty("inputReceipts").GetRawText());
    }

    private Task<JsonElement> HistoryAsync(string more) => client.CallAsync("chat.history", $$"""{"sessionKey":"main",{{more}}}""");

    private static string[] Waiting(JsonElement history)
    {
        JsonElement inputs = history.GetProperty("pendingInputs");
        return [.. inputs.GetProperty("items").EnumerateArray().Select(item =>
            $"{item.GetProperty("runId").GetString()} {item.GetProperty("state").GetString()} {item.GetProperty("message").GetProperty("content").GetString()} {inputs.GetProperty("total").GetInt32()}")];
    }

    [Fact]
    public async Task Steering_messages_join_a_turn_that_speaks_its_last_words()
    {
        await BeginAsync(Held("one"), ModelAnswer.Say("to both"));
        string cursor = (await HistoryAsync("\"limit\":9")).GetProperty("deltaCursor").GetString()!;
        await SendAsync("two", "steer");
        await SendAsync("three", "steer");
        rest.SetResult();

        Assert.Equal("one is done\n\nto both", (await client.FollowAsync("one")).Final);
        Assert.Equal("steered", (await EndAsync("two")).GetProperty("stopReason").GetString());
        Assert.Equal("steered", (await EndAsync("three")).GetProperty("stopReason").GetString());
        Assert.Equal(
            ["user: one", "assistant: one is done", "user: two", "user: three", "assistant: to both"], await client.HistoryAsync("main"));
        Assert.Equal("""{"kind":"reset"}""", (await HistoryAsync($"\"cursor\":\"{cursor}\"")).GetRawText());
    }

    [Fact]
    public async Task Interrupting_message_ends_the_turn_and_runs_next()
    {
        await BeginAsync(Held("one"), ModelAnswer.Say("to three"), ModelAnswer.Say("to two"));
        await SendAsync("two", "followup");
        Assert.True((await SendAsync("three", "interrupt")).GetProperty("interruptedActiveRun").GetBoolean());

        JsonElement stopped = await EndAsync("one");
        Assert.Equal(("aborted", "interrupt"), (stopped.GetProperty("state").GetString(), stopped.GetProperty("stopReason").GetString()));
        Assert.Equal("to three", (await client.FollowAsync("three")).Final);
        Assert.Equal("to two", (await client.FollowAsync("two")).Final);
    }

    [Fact]
    public async Task Steering_messages_join_the_turn_after_its_next_tool()
    {
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "note.txt"), "blue");
        await BeginAsync(
            new ModelAnswer { Pieces = ["let me", " look"], HoldRest = rest.Task, HoldAt = 1, ToolCalls = [new ScriptedToolCall("read", """{"path":"note.txt"}""")] },
            ModelAnswer.Say("to all three"));
        await SendAsync("two", "steer");
        await SendAsync("three", "steer");
        rest.SetResult();

        Assert.EndsWith("to all three", (await client.FollowAsync("one")).Final);
        Assert.Equal("steered", (await EndAsync("two")).GetProperty("stopReason").GetString());
        Assert.Equal("steered", (await EndAsync("three")).GetProperty("stopReason").GetString());
        Assert.Equal(["one", "one|two|three"], Asked());
    }

    [Fact]
    public async Task A_message_with_steer_before_it_joins_the_turn_whatever_the_mode_is()
    {
        Assert.Equal("Queue mode set to followup.", (await client.ChatAsync("main", "/queue followup debounce:20ms cap:9")).Final);
        Assert.StartsWith("Current queue settings: mode=followup, debounce=20ms, cap=9, drop=summarize.", (await client.ChatAsync("main", "/queue")).Final);
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(home.Workspace).FullName, "note.txt"), "note");
        await BeginAsync(
            new ModelAnswer { Pieces = ["let me", " look"], HoldRest = rest.Task, HoldAt = 1, ToolCalls = [new ScriptedToolCall("read", """{"path":"note.txt"}""")] },
            ModelAnswer.Say("to both"));
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"/steer two","idempotencyKey":"two"}""");
        rest.SetResult();

        Assert.EndsWith("to both", (await client.FollowAsync("one")).Final);
        Assert.Equal("steered", (await EndAsync("two")).GetProperty("stopReason").GetString());
        Assert.DoesNotContain("/steer", model.ChatRequests[^1].BodyText);
    }

    [Fact]
    public async Task Mode_of_the_session_holds_until_it_is_taken_back()
    {
        Assert.Equal("Queue mode set to followup.", (await client.ChatAsync("main", "/queue followup")).Final);
        await BeginAsync(Held("one"), ModelAnswer.Say("to two"), ModelAnswer.Say("to three"));
        await SendAsync("two", mode: null);
        await SendAsync("three", mode: null);
        rest.SetResult();

        Assert.Equal("to two", (await client.FollowAsync("two")).Final);
        Assert.Equal("to three", (await client.FollowAsync("three")).Final);
    }

    [Fact]
    public async Task Command_line_says_what_became_of_each_message()
    {
        await BeginAsync(Held("one"), ModelAnswer.Say("to both"));
        Task<CommandRun> two = gateway.RunAsync("chat", "--queue", "collect", "--message", "two");
        await client.NextEventAsync(frame => Waits(frame, 1));
        Task<CommandRun> three = gateway.RunAsync("chat", "--queue", "collect", "--message", "three");
        await client.NextEventAsync(frame => Waits(frame, 2));
        rest.SetResult();

        CommandRun collected = (await two).Ends(0);
        Assert.Equal(("", "answered together with the message after it\n"), (collected.Out, collected.Error));
        Assert.Equal("to both\n", (await three).Ends(0).Out);
    }

    [Fact]
    public async Task Command_line_interrupts()
    {
        model.Enqueue(Held("one"), ModelAnswer.Say("to two"));
        Task<CommandRun> one = gateway.RunAsync("chat", "--message", "one");
        await client.NextEventAsync(IsDelta);
        CommandRun two = await gateway.RunAsync("chat", "--queue", "interrupt", "--message", "two");

        Assert.Equal("to two\n", two.Ends(0).Out);
        CommandRun stopped = (await one).Ends(0);
        Assert.Equal(("one is\n", "stopped by a newer message\n"), (stopped.Out, stopped.Error));
    }

    [Fact]
    public async Task Each_agent_command_gets_its_own_answer_in_order()
    {
        model.Enqueue(Held("one"), ModelAnswer.Say("to two"), ModelAnswer.Say("to three"));
        Task<CommandRun> one = gateway.RunAsync("agent", "--message", "one");
        await client.NextEventAsync(IsDelta);
        Task<CommandRun> two = gateway.RunAsync("agent", "--message", "two");
        await client.NextEventAsync(frame => Waits(frame, 1));
        Task<CommandRun> three = gateway.RunAsync("agent", "--message", "three");
        await client.NextEventAsync(frame => Waits(frame, 2));
        rest.SetResult();

        Assert.Equal(
            ["one is done\n", "to two\n", "to three\n"],
            [(await one).Ends(0).Out, (await two).Ends(0).Out, (await three).Ends(0).Out]);
    }

    [Fact]
    public async Task Mode_that_does_not_exist_is_a_usage_error()
    {
        CommandRun run = await gateway.RunAsync("chat", "--queue", "sometimes", "--message", "two");

        Assert.Contains("steer", run.Ends(2).Error);
    }

    [Fact]
    public async Task Person_types_on_while_the_answer_streams()
    {
        model.Enqueue(Held("one"), ModelAnswer.Say("to both"));
        using Keyboard keyboard = new();
        using CliRun run = new CliRun { In = keyboard, Terminal = true, InIsTerminal = true }
            .With("OPENCLAW_GATEWAY_PORT", $"{gateway.BaseUri.Port}").With("OPENCLAW_GATEWAY_TOKEN", home.Token);
        Task<int> chat = run.InvokeAsync("chat", "--no-color", "--queue", "collect");
        keyboard.Type("one");
        await run.Out.PrintsAsync("one is");
        keyboard.Type("two");
        await client.NextEventAsync(frame => Waits(frame, 1));
        keyboard.Type("three");
        await client.NextEventAsync(frame => Waits(frame, 2));
        rest.SetResult();
        await run.Out.PrintsAsync("to both\n> ");
        keyboard.Type("/quit");

        Assert.Equal(0, await chat);
        Assert.EndsWith("> one is done\nto both\n> ", run.Out.ToString());
        Assert.Contains("answered together with the message after it", run.Error.ToString());
        Assert.Contains("… waits for the turn before it (place 1 in the queue)\n", run.Error.ToString());
    }

    [Fact]
    public async Task Ctrl_D_during_an_answer_waits_for_it()
    {
        model.Enqueue(Held("one"));
        using Keyboard keyboard = new();
        using CliRun run = new CliRun { In = keyboard, Terminal = true, InIsTerminal = true }
            .With("OPENCLAW_GATEWAY_PORT", $"{gateway.BaseUri.Port}").With("OPENCLAW_GATEWAY_TOKEN", home.Token);
        Task<int> chat = run.InvokeAsync("chat", "--no-color");
        keyboard.Type("one");
        await run.Out.PrintsAsync("one is");
        keyboard.End();
        rest.SetResult();

        Assert.Equal(0, await chat);
        Assert.EndsWith("> one is done\n", run.Out.ToString());
    }

    private ModelAnswer Held(string name) => new() { Pieces = [name + " is", " done"], HoldRest = rest.Task, HoldAt = 1 };

    private async Task BeginAsync(params ModelAnswer[] answers)
    {
        model.Enqueue(answers);
        await SendAsync("one", mode: null);
        await client.ChatEventAsync("one", "delta");
    }

    private Task<JsonElement> SendAsync(string message, string? mode) => client.CallAsync(
        "chat.send",
        $$"""{"sessionKey":"main","message":"{{message}}","idempotencyKey":"{{message}}"{{(mode is null ? "" : $",\"queueMode\":\"{mode}\"")}}}""");

    private Task<JsonElement> EndAsync(string runId) => client.ChatEventAsync(runId, "final", "error", "aborted");

    // What the user had said, in each request to the model.
    private string[] Asked() => [.. model.ChatRequests.Select(request => string.Join('|', request.Json.GetProperty("messages").EnumerateArray()
        .Where(message => message.GetProperty("role").ValueEquals("user"))
        .SelectMany(message => message.GetProperty("content").GetString()!.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries))
        .Where(word => word is "one" or "two" or "three")))];

    private static bool Waits(JsonElement frame, int place) => frame.GetProperty("event").ValueEquals("chat")
        && frame.GetProperty("payload").TryGetProperty("queuePosition", out JsonElement position) && position.GetInt32() == place;

    private static bool IsDelta(JsonElement frame) =>
        frame.GetProperty("event").ValueEquals("chat") && frame.GetProperty("payload").GetProperty("state").ValueEquals("delta");
}

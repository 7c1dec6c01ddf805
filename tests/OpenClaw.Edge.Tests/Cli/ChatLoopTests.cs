using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Cli.Runs;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class ChatLoopTests
{
    [Fact]
    public async Task Through_a_pipe_each_line_is_a_turn_and_only_answers_are_printed()
    {
        await using ScriptedGateway gateway = Echoing();
        using CliRun run = new(gateway) { In = new StringReader("one\n\ntwo\n/quit\nthree\n") };
        Assert.Equal(0, await run.InvokeAsync("chat"));
        Assert.Equal("you said one\nyou said two\n", run.Out.ToString());
        Assert.Empty(run.Error.ToString());
        Assert.Equal(["one", "two"], gateway.Calls("chat.send").Select(Message));
        Assert.All(gateway.Calls("chat.send"), frame =>
            Assert.Equal("main", frame.GetProperty("params").GetProperty("sessionKey").GetString()));
    }

    [Fact]
    public async Task On_a_terminal_it_greets_shows_the_past_and_prompts()
    {
        await using ScriptedGateway gateway = Echoing();
        using Keyboard keyboard = new();
        using CliRun run = new(gateway) { In = keyboard, Terminal = true, InIsTerminal = true };
        Task<int> chat = run.InvokeAsync("chat", "--session", "work", "--no-color");
        keyboard.Type("one\\");
        keyboard.Type("two");
        await run.Out.PrintsAsync("one\ntwo\n> ");
        keyboard.End();
        Assert.Equal(0, await chat);
        Assert.Equal(
            """
            session work · ollama/qwen3 · /help for commands, Ctrl-C stops a turn, Ctrl-D leaves
            > earlier
            answered
            > … you said one
            two
            > 
            """,
            run.Out.ToString());
    }

    [Theory]
    [InlineData("2", "a shade, of green", """{"id":"q2","answers":{"answers":{"color":["Blue"],"wall":["a shade, of green"]}}}""")]
    [InlineData("red", "2, 1", """{"id":"q2","answers":{"answers":{"color":["red"],"wall":["Right","Left"]}}}""")]
    [InlineData("mauve", "", """{"id":"q2","cancel":true}""")]
    public async Task What_the_agent_asks_is_answered_here(string first, string second, string sent)
    {
        await using ScriptedGateway gateway = Echoing();
        string turn = "";
        gateway.On("chat.send", async call =>
        {
            turn = call.Text("idempotencyKey");
            await call.AnswerAsync("""{"status":"started"}""");
            await call.EventAsync("question.requested", Question("q1", "agent:main:other"));
            await call.EventAsync("question.requested", Question("q2", "agent:main:main"));
        });
        gateway.On("question.resolve", async call =>
        {
            await call.AnswerAsync("""{"status":"answered"}""");
            await call.EventAsync("chat", "{\"runId\":\"" + turn + "\",\"state\":\"final\",\"message\":{\"role\":\"assistant\",\"content\":\"done\"}}");
        });
        using Keyboard keyboard = new();
        using CliRun run = new(gateway) { In = keyboard, Terminal = true, InIsTerminal = true };
        Task<int> chat = run.InvokeAsync("chat", "--no-color");
        keyboard.Type("go");
        await run.Out.PrintsAsync("number, your own words, or nothing to skip: ");
        keyboard.Type(first);
        await run.Out.PrintsAsync("numbers with commas, your own words, or nothing to skip: ");
        keyboard.Type(second);
        await run.Out.PrintsAsync("done\n");
        keyboard.Type("/quit");

        Assert.Equal(0, await chat);

        Assert.Contains("Color: Which color?\n  1  Red\n  2  Blue  as the sky\n", run.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(sent, gateway.Calls("question.resolve").Single().GetProperty("params").GetRawText());
        JsonElement hello = gateway.Calls("connect").Single().GetProperty("params");
        Assert.Contains("\"questions\"", hello.GetProperty("caps").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("operator.questions", hello.GetProperty("scopes").GetRawText(), StringComparison.Ordinal);

        static string Question(string id, string session) =>
            "{\"id\":\"" + id + "\",\"sessionKey\":\"" + session + "\",\"status\":\"pending\",\"questions\":["
            + """{"questionId":"color","header":"Color","question":"Which color?","options":[{"label":"Red"},{"label":"Blue","description":"as the sky"}]},"""
            + """{"questionId":"wall","header":"Wall","question":"Which walls?","options":[{"label":"Left"},{"label":"Right"}],"multiSelect":true}]}""";
    }

    [Theory]
    [InlineData("y", "allow-once")]
    [InlineData("always", "allow-always")]
    [InlineData("what?", "deny")]
    public async Task A_command_that_waits_in_this_session_is_asked_about(string typed, string decision)
    {
        await using ScriptedGateway gateway = Echoing();
        string turn = "";
        gateway.On("chat.send", async call =>
        {
            turn = call.Text("idempotencyKey");
            await call.AnswerAsync("""{"status":"started"}""");
            await call.EventAsync("exec.approval.requested", Asked("x1", "agent:main:other"));
            await call.EventAsync("exec.approval.requested", Asked("x2", "agent:main:main"));
        });
        gateway.On("exec.approval.resolve", async call =>
        {
            await call.AnswerAsync("""{"ok":true}""");
            await call.EventAsync("chat", "{\"runId\":\"" + turn + "\",\"state\":\"final\",\"message\":{\"role\":\"assistant\",\"content\":\"done\"}}");
        });
        using Keyboard keyboard = new();
        using CliRun run = new(gateway) { In = keyboard, Terminal = true, InIsTerminal = true };
        Task<int> chat = run.InvokeAsync("chat", "--no-color");
        keyboard.Type("go");
        await run.Out.PrintsAsync("[n]o: ");
        keyboard.Type(typed);
        await run.Out.PrintsAsync("done\n");
        keyboard.Type("/quit");

        Assert.Equal(0, await chat);

        Assert.Contains("may this run? rm -r build", run.Out.ToString(), StringComparison.Ordinal);
        JsonElement answer = gateway.Calls("exec.approval.resolve").Single().GetProperty("params");
        Assert.Equal(("x2", decision), (answer.GetProperty("id").GetString(), answer.GetProperty("decision").GetString()));

        static string Asked(string id, string key) =>
            "{\"id\":\"" + id + "\",\"request\":{\"command\":\"rm -r build\",\"cwd\":\"/w\",\"sessionKey\":\"" + key
            + "\",\"allowedDecisions\":[\"allow-once\",\"allow-always\",\"deny\"]}}";
    }

    [Fact]
    public async Task A_message_may_be_given_first()
    {
        await using ScriptedGateway gateway = Echoing();
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("chat", "--message", "hello", "--thinking", "low", "--timeout-ms", "9000"));
        Assert.Equal("you said hello\n", run.Out.ToString());
        JsonElement sent = gateway.Calls("chat.send").Single().GetProperty("params");
        Assert.Equal("low", sent.GetProperty("thinking").GetString());
        Assert.Equal(9000, sent.GetProperty("timeoutMs").GetInt32());
    }

    [Fact]
    public async Task With_json_a_turn_is_lines()
    {
        await using ScriptedGateway gateway = Echoing();
        using CliRun run = new(gateway) { In = new StringReader("one\n") };
        Assert.Equal(0, await run.InvokeAsync("chat", "--json"));
        Assert.Equal(["text", "text", "final"], run.Lines.Select(line => line.GetProperty("type").GetString()));
        Assert.Equal("you said one", run.Lines[^1].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_failed_turn_is_told_and_makes_the_pipe_fail_at_its_end()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("chat.send", async call =>
        {
            await call.AnswerAsync("""{"status":"started"}""");
            string error = "{\"runId\":\"" + call.Text("idempotencyKey") + "\",\"state\":\"error\",\"errorMessage\":\"no model answers\"}";
            await call.EventAsync("chat", error);
            await call.EventAsync("chat", error); // the original sends it twice
        });
        using CliRun run = new(gateway) { In = new StringReader("one\ntwo\n") };
        Assert.Equal((int)ExitCode.Failed, await run.InvokeAsync("chat"));
        Assert.Equal("openclaw: no model answers\nopenclaw: no model answers\n", run.Error.ToString());
    }

    [Fact]
    public async Task An_answer_in_several_messages_is_printed_whole_when_it_was_not_streamed()
    {
        await using ScriptedGateway gateway = new();
        gateway.On("chat.send", async call =>
        {
            await call.AnswerAsync("""{"status":"started"}""");
            await call.EventAsync("chat", "{\"runId\":\"" + call.Text("idempotencyKey")
                + "\",\"state\":\"final\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"status: fine\"}]}}");
        });
        using CliRun run = new(gateway) { In = new StringReader("/status\n") };
        Assert.Equal(0, await run.InvokeAsync("chat"));
        Assert.Equal("status: fine\n", run.Out.ToString());
    }

    [Fact]
    public async Task The_first_interruption_stops_the_turn_and_the_conversation_goes_on()
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string runId = "";
        await using ScriptedGateway gateway = new();
        gateway.On("chat.send", async call =>
        {
            runId = call.Text("idempotencyKey");
            await call.AnswerAsync("""{"status":"started"}""");
            await call.EventAsync("chat", Delta(runId, "half an ans"));
            started.TrySetResult();
        });
        gateway.On("chat.abort", async call =>
        {
            Assert.Equal(runId, call.Text("runId"));
            await call.EventAsync("chat", "{\"runId\":\"" + runId + "\",\"state\":\"aborted\",\"stopReason\":\"rpc\"}");
            await call.AnswerAsync("""{"ok":true,"aborted":true}""");
        });
        using CliRun run = new(gateway) { In = new StringReader("one\n") };
        using ChatLoop loop = Loop(run);
        Task<int> running = loop.RunAsync(TestContext.Current.CancellationToken);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(5));
        loop.Interrupt();
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal("half an ans\n", run.Out.ToString());
        Assert.Contains("aborted", run.Error.ToString());
    }

    [Fact]
    public async Task The_second_interruption_leaves()
    {
        TaskCompletionSource aborting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ScriptedGateway gateway = new();
        gateway.On("chat.send", async call =>
        {
            await call.AnswerAsync("""{"status":"started"}""");
            started.TrySetResult();
        });
        gateway.On("chat.abort", _ =>
        {
            aborting.TrySetResult();
            return Task.CompletedTask; // a gateway that hangs
        });
        using CliRun run = new(gateway) { In = new StringReader("one\ntwo\n") };
        using ChatLoop loop = Loop(run);
        Task<int> running = loop.RunAsync(TestContext.Current.CancellationToken);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(5));
        loop.Interrupt();
        await aborting.Task.WaitAsync(TimeSpan.FromSeconds(5));
        loop.Interrupt();
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Single(gateway.Calls("chat.send"));
    }

    [Fact]
    public async Task An_interruption_at_the_prompt_leaves()
    {
        await using ScriptedGateway gateway = Echoing();
        using SilentReader nobody = new();
        using CliRun run = new(gateway) { In = nobody };
        using ChatLoop loop = Loop(run);
        Task<int> running = loop.RunAsync(TestContext.Current.CancellationToken);
        await nobody.Asked.Task.WaitAsync(TimeSpan.FromSeconds(5));
        loop.Interrupt();
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_broken_connection_is_told_and_the_next_line_connects_again()
    {
        int turns = 0;
        await using ScriptedGateway gateway = new();
        gateway.Answers("chat.history", """{"messages":[]}""");
        gateway.On("chat.send", async call =>
        {
            await call.AnswerAsync("""{"status":"started"}""");
            if (Interlocked.Increment(ref turns) == 1)
            {
                await call.CloseAsync(1012, "service restart");
                return;
            }

            await call.EventAsync("chat", Delta(call.Text("idempotencyKey"), "back"));
            await call.EventAsync("chat", "{\"runId\":\"" + call.Text("idempotencyKey") + "\",\"state\":\"final\"}");
        });
        using Keyboard keyboard = new();
        using CliRun run = new(gateway) { In = keyboard, Terminal = true, InIsTerminal = true };
        Task<int> chat = run.InvokeAsync("chat");
        keyboard.Type("one");
        await run.Error.PrintsAsync("the connection broke during the turn");
        keyboard.Type("two");
        keyboard.End();
        Assert.Equal(0, await chat);
        Assert.Contains("back\n", run.Out.ToString());
        Assert.Equal(2, gateway.Calls("connect").Count());
    }

    private static ChatLoop Loop(CliRun run)
    {
        CliOptions shared = new();
        CliWorld world = run.World();
        CliContext context = new(CommandLine.Build(shared, world).Parse("chat"), shared, world);
        return new ChatLoop(context, new ChatOptions { SessionKey = "main" });
    }

    private static string Message(JsonElement frame) => frame.GetProperty("params").GetProperty("message").GetString()!;

    private static string Delta(string runId, string text) =>
        "{\"runId\":\"" + runId + "\",\"state\":\"delta\",\"deltaText\":" + JsonSerializer.Serialize(text, TestJson.Default.String) + "}";

    private static ScriptedGateway Echoing()
    {
        ScriptedGateway gateway = new();
        gateway.Answers(
            "chat.history",
            """
            {"messages":[{"role":"user","content":"earlier"},{"role":"toolResult","content":"hidden"},
             {"role":"assistant","content":[{"type":"text","text":"answered"}]}],
             "defaults":{"modelProvider":"ollama","model":"qwen3"}}
            """);
        return gateway.On("chat.send", async call =>
        {
            string runId = call.Text("idempotencyKey");
            string text = "you said " + call.Text("message");
            await call.AnswerAsync($$"""{"runId":"{{runId}}","status":"started"}""");
            await call.EventAsync("chat", Delta(runId, text[..4]));
            await call.EventAsync("chat", Delta(runId, text[4..]));
            string content = JsonSerializer.Serialize(text, TestJson.Default.String);
            await call.EventAsync("chat", "{\"runId\":\"" + runId
                + "\",\"state\":\"final\",\"stopReason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":" + content + "}}");
        });
    }

    private sealed class SilentReader : TextReader
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
            return null;
        }
    }
}

using System.Text.Json;
using OpenClaw.Edge.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class AgentCommandTests
{
    [Fact]
    public async Task Prints_the_answer_and_nothing_else()
    {
        await using ScriptedGateway gateway = Answering("Hello there.");
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("agent", "--message", "hi"));
        Assert.Equal("Hello there.\n", run.Out.ToString());
        Assert.Empty(run.Error.ToString());
        JsonElement sent = gateway.Calls("agent").Single().GetProperty("params");
        Assert.Equal("hi", sent.GetProperty("message").GetString());
        Assert.False(sent.GetProperty("deliver").GetBoolean());
        Assert.Equal(600, sent.GetProperty("timeout").GetInt32());
        Assert.NotEmpty(sent.GetProperty("idempotencyKey").GetString()!);
        Assert.Equal(
            """["operator.read","operator.write"]""",
            gateway.Calls("connect").Single().GetProperty("params").GetProperty("scopes").GetRawText());
    }

    [Fact]
    public async Task Passes_its_selectors_on()
    {
        await using ScriptedGateway gateway = Answering("ok");
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync(
            "agent", "-m", "@not a file", "--agent", "work", "--session", "agent:work:x", "--model", "ollama/q", "--thinking", "low",
            "--timeout", "5", "--deliver"));
        JsonElement sent = gateway.Calls("agent").Single().GetProperty("params");
        Assert.Equal("@not a file", sent.GetProperty("message").GetString());
        Assert.Equal("work", sent.GetProperty("agentId").GetString());
        Assert.Equal("agent:work:x", sent.GetProperty("sessionKey").GetString());
        Assert.Equal("ollama/q", sent.GetProperty("model").GetString());
        Assert.Equal("low", sent.GetProperty("thinking").GetString());
        Assert.Equal(5, sent.GetProperty("timeout").GetInt32());
        Assert.True(sent.GetProperty("deliver").GetBoolean());
    }

    [Fact]
    public async Task With_json_it_prints_the_gateways_final_answer()
    {
        await using ScriptedGateway gateway = Answering("Hello");
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("agent", "--message", "hi", "--json"));
        Assert.Equal("ok", run.Json.GetProperty("status").GetString());
        Assert.Equal("Hello", run.Json.GetProperty("result").GetProperty("payloads")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task With_stream_it_prints_one_object_a_line()
    {
        await using ScriptedGateway gateway = Answering("Hello");
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("agent", "--message", "hi", "--stream"));
        Assert.Equal(
            ["accepted", "status", "tool", "tool", "text", "text", "final"],
            run.Lines.Select(line => line.TryGetProperty("type", out JsonElement type) ? type.GetString() : line.GetProperty("status").GetString()));
        Assert.Equal("Hello", string.Concat(run.Lines
            .Where(line => line.TryGetProperty("delta", out _))
            .Select(line => line.GetProperty("delta").GetString())));
        Assert.Equal("loading qwen3", run.Lines[1].GetProperty("note").GetString());
        Assert.Equal("contents", run.Lines[3].GetProperty("output").GetString());
        Assert.True(run.Lines[^1].GetProperty("ok").GetBoolean());
        Assert.Equal("Hello", run.Lines[^1].GetProperty("text").GetString());
    }

    [Fact]
    public async Task On_a_terminal_the_words_come_once_and_the_tools_beside_them()
    {
        await using ScriptedGateway gateway = Answering("Hello");
        using CliRun run = new(gateway) { Terminal = true };
        Assert.Equal(0, await run.InvokeAsync("agent", "--message", "hi", "--no-color"));
        Assert.Equal("Hello\n", run.Out.ToString());
        Assert.Contains("· read {\"path\":\"a.md\"}\n", run.Error.ToString());
        Assert.Contains("✓ read contents\n", run.Error.ToString());
        Assert.Contains("… loading qwen3 (place 2 in the queue)", run.Error.ToString());
    }

    [Fact]
    public async Task The_message_may_come_through_a_pipe()
    {
        await using ScriptedGateway gateway = Answering("ok");
        using CliRun run = new(gateway) { In = new StringReader("first\nsecond\n") };
        Assert.Equal(0, await run.InvokeAsync("agent"));
        Assert.Equal("first\nsecond", gateway.Calls("agent").Single().GetProperty("params").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("nothing to say", "agent", "--message", " ")]
    [InlineData("--session-key is blank", "agent", "--message", "hi", "--session-key", "")]
    [InlineData("--timeout: 0", "agent", "--message", "hi", "--timeout", "0")]
    [InlineData("--local", "agent", "--message", "hi", "--local")]
    public async Task Asks_for_what_is_missing(string expected, params string[] args)
    {
        using CliRun run = new();
        Assert.Equal((int)ExitCode.Usage, await run.InvokeAsync(args));
        Assert.Contains(expected, run.Error.ToString());
    }

    [Fact]
    public async Task A_failed_turn_is_exit_1()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("agent", """{"runId":"r","status":"error","summary":"the model went away"}""");
        using CliRun run = new(gateway);
        Assert.Equal((int)ExitCode.Failed, await run.InvokeAsync("agent", "--message", "hi"));
        Assert.Equal("openclaw: the turn ended with status error: the model went away\n", run.Error.ToString());
    }

    [Fact]
    public async Task A_reader_of_lines_gets_its_failure_as_a_line()
    {
        await using ScriptedGateway gateway = new();
        gateway.Refuses("agent", """{"code":"UNAVAILABLE","message":"no model"}""");
        using CliRun run = new(gateway);
        Assert.Equal((int)ExitCode.Failed, await run.InvokeAsync("agent", "--message", "hi", "--stream"));
        JsonElement line = Assert.Single(run.Lines);
        Assert.Equal("error", line.GetProperty("type").GetString());
        Assert.Equal("agent: no model (UNAVAILABLE)", line.GetProperty("error").GetProperty("message").GetString());
    }

    private static ScriptedGateway Answering(string text)
    {
        ScriptedGateway gateway = new();
        return gateway.On("agent", async call =>
        {
            string runId = call.Text("idempotencyKey");
            Task AgentAsync(string run, string rest) =>
                call.EventAsync("agent", "{\"runId\":\"" + run + "\",\"seq\":1," + rest + "}");
            await call.AnswerAsync($$"""{"runId":"{{runId}}","sessionKey":"agent:main:main","status":"accepted"}""");
            await AgentAsync(runId, """ "stream":"run_status","data":{"phase":"loading_model","note":"loading qwen3","queuePosition":2}""");
            await call.EventAsync("chat", "{\"runId\":\"" + runId + "\",\"state\":\"status\",\"phase\":\"loading_model\",\"note\":\"loading qwen3\",\"queuePosition\":2}");
            await AgentAsync("another run", """ "stream":"assistant","data":{"delta":"not ours","itemId":"1"}""");
            await AgentAsync(runId, """ "stream":"tool","data":{"phase":"start","name":"read","toolCallId":"c","args":{"path":"a.md"}}""");
            await AgentAsync(runId, """ "stream":"tool","data":{"phase":"result","name":"read","toolCallId":"c","isError":false,"result":{"content":[{"type":"text","text":"contents"}]}}""");
            await AgentAsync(runId, "\"stream\":\"assistant\",\"data\":{\"delta\":\"" + text[..2] + "\",\"itemId\":\"1\"}");
            await call.EventAsync("chat", "{\"runId\":\"" + runId + "\",\"state\":\"delta\",\"deltaText\":\"" + text[..2] + "\"}");
            await AgentAsync(runId, "\"stream\":\"assistant\",\"data\":{\"delta\":\"" + text[2..] + "\",\"itemId\":\"1\"}");
            await call.AnswerAsync(
                """{"runId":"RUN","status":"ok","summary":"completed","result":{"payloads":[{"text":"TEXT","mediaUrl":null}],"meta":{"aborted":false}}}"""
                    .Replace("RUN", runId).Replace("TEXT", text));
        });
    }
}

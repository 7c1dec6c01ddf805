using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class RunTests : IAsyncDisposable
{
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task A_plain_answer_publishes_its_events_in_the_originals_order()
    {
        _it.Model.Say("Hel", "lo");

        await _it.RunAsync(AgentFixture.Request("r1", "hello there"));

        Assert.Equal(
            [
                "preparing_workspace",
                "preparing_context",
                "stored user 1 hello there",
                "started",
                "starting_model",
                "model scripted/one",
                "text Hel|Hel|Hel|Hel",
                "text lo|Hello|lo|Hello",
                "usage 2",
                "stored assistant 2 Hello",
                "finishing stop",
                "model /",
                "ended Done Hello",
            ],
            _it.EventsOf("r1"));
    }

    [Fact]
    public async Task Everything_of_a_run_is_stored_before_its_end_is_published()
    {
        SessionRow? atEnd = null;
        IReadOnlyList<TranscriptEntry> rowsAtEnd = [];
        _it.Events.Listen(happened =>
        {
            if (happened is RunEndedEvent)
            {
                atEnd = _it.Sessions.Find(AgentFixture.Key("main"));
                rowsAtEnd = _it.Sessions.ReadPage(AgentFixture.Key("main"), 10).Entries;
            }
        });
        _it.Model.Say("answer");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "question"));

        Assert.Equal(SessionStatus.Done, atEnd!.Status);
        Assert.Equal(("r1", 100L, 1L, 101L), (atEnd.LastRunId, atEnd.InputTokens, atEnd.OutputTokens, atEnd.TotalTokens!.Value));
        ChatMessage row = rowsAtEnd[1].Message;
        Assert.Equal(("answer", "stop", "r1:assistant", "resp-1"), (row.Content.PlainText, row.StopReason, row.IdempotencyKey, row.ResponseId));
        Assert.Equal(("scripted", "one", "scripted-api", 1L), (row.Provider, row.Model, row.Api, row.Usage!.Output));
        Assert.Equal(rowsAtEnd[1].Id, result.MessageId);
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task The_user_message_is_stored_when_the_run_is_admitted()
    {
        using CancellationTokenSource hold = new();
        _it.Model.Hold();

        await _it.StartAsync(AgentFixture.Request("r1", "keep me"));

        TranscriptEntry row = Assert.Single(_it.Sessions.ReadPage(AgentFixture.Key("main"), 10).Entries);
        Assert.Equal(("keep me", "r1:user"), (row.Message.Content.PlainText, row.Message.IdempotencyKey));
        Assert.Equal("r1", Assert.Single(_it.Sessions.PendingInputs()).RunId);
    }

    [Fact]
    public async Task A_tool_call_is_run_stored_and_answered()
    {
        _it.Model.SayAndCall("Let me look.", new ToolCall("c1", "write", """{"path":"a.txt","content":"x"}"""));
        _it.Model.Say("Done.");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "write a file"));

        Assert.Equal(
            [
                "preparing_workspace",
                "preparing_context",
                "stored user 1 write a file",
                "started",
                "starting_model",
                "model scripted/one",
                "text Let me look.|Let me look.|Let me look.|Let me look.",
                "usage 1",
                "stored assistant 2 Let me look.",
                """tool start write a.txt {"path":"a.txt","content":"x"}""",
                "tool end Created a.txt (1 bytes).",
                "stored toolResult 3 Created a.txt (1 bytes).",
                "model scripted/one",
                @"text Done.|Done.|\n\nDone.|Let me look.\n\nDone.",
                "usage 2",
                "stored assistant 4 Done.",
                "finishing stop",
                "model /",
                "ended Done Let me look.\n\nDone.",
            ],
            _it.EventsOf("r1"));
        Assert.Equal(["write"], result.SuccessfulToolNames);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(_it.Workspace, "a.txt")));
        PromptMessage[] second = [.. _it.Model.Requests[1].Messages];
        Assert.Equal([PromptRole.User, PromptRole.Assistant, PromptRole.Tool], second.Select(message => message.Role));
        Assert.Equal(("c1", "write", "Created a.txt (1 bytes)."), (second[2].ToolCallId, second[2].ToolName, second[2].Text));
    }

    [Theory]
    [InlineData("delete", "{}", "there is no tool 'delete'; the tools are: edit, ls, read, write", "refused")]
    [InlineData("read", "{\"path\":", "not valid JSON", "refused")]
    [InlineData("read", "{}", "lacks 'path'", "refused")]
    [InlineData("read", """{"path":"../x"}""", "climbs out of the workspace", "error")]
    [InlineData("read", """{"path":"missing"}""", "does not exist", "error")]
    public async Task What_a_model_gets_wrong_becomes_an_error_it_can_use(string tool, string arguments, string error, string how)
    {
        _it.Model.Call(new ToolCall("c1", tool, arguments));
        _it.Model.Say("sorry");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "go"));

        Assert.Equal((RunStatus.Done, "sorry"), (result.Status, result.Text));
        Assert.Empty(result.SuccessfulToolNames);
        Assert.Contains(error, _it.Model.Requests[1].Messages[^1].Text, StringComparison.Ordinal);
        Assert.Contains(_it.EventsOf("r1"), line => line.StartsWith($"tool end {how} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_call_is_not_run_a_third_time_and_rounds_are_bounded()
    {
        _it.Config = new() { Agents = new() { Defaults = new() { MaxToolRounds = 4 } } };
        for (int count = 0; count < 4; count++)
        {
            _it.Model.Call(new ToolCall($"c{count}", "ls", "{}"));
        }

        _it.Model.Say("enough");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "loop"));

        Assert.Equal("enough", result.Text);
        ModelRequest last = _it.Model.Requests[^1];
        Assert.Equal(5, _it.Model.Requests.Count);
        Assert.Empty(last.Tools);
        Assert.Contains("answer now", last.Messages[^1].Text, StringComparison.Ordinal);
        Assert.Equal(2, last.Messages.Count(message => message.Text.Contains("was not run", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_call_to_a_client_tool_ends_the_run()
    {
        _it.Model.Call(new ToolCall("c1", "weather", """{"city":"Bonn"}"""));
        RunRequest request = AgentFixture.Request("r1", "weather?", source: "http") with
        {
            ClientTools = [new ToolSpec("weather", "", "{}"u8.ToArray())],
        };

        RunResult result = await _it.RunAsync(request);

        Assert.Equal((RunStatus.Done, "toolUse"), (result.Status, result.StopReason));
        Assert.Equal("weather", Assert.Single(result.ClientToolCalls).Name);
        Assert.Single(_it.Model.Requests);
    }

    [Fact]
    public async Task Our_own_tools_of_an_answer_run_before_the_client_gets_its_calls()
    {
        _it.Model.Call(
            new ToolCall("c1", "weather", """{"city":"Bonn"}"""), new ToolCall("c2", "write", """{"path":"a.txt","content":"x"}"""));
        RunRequest request = AgentFixture.Request("r1", "weather?", source: "http") with
        {
            ClientTools = [new ToolSpec("weather", "", "{}"u8.ToArray())],
        };

        RunResult result = await _it.RunAsync(request);

        Assert.Equal("weather", Assert.Single(result.ClientToolCalls).Name);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(_it.Workspace, "a.txt")));
        Assert.Equal(
            ["user", "assistant write", "toolResult", "assistant weather"],
            _it.Sessions.ReadPage(request.SessionKey, 10).Entries.Select(entry => string.Join(
                ' ',
                (entry.Message.Content.Parts ?? []).Select(part => part.Type == "toolCall" ? part.Name : null)
                    .Prepend(entry.Message.Role).OfType<string>())));
        Assert.Single(_it.Model.Requests);
    }

    [Fact]
    public async Task An_exact_NO_REPLY_is_silent()
    {
        _it.Model.Say("NO_", "REPLY", "\n");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "nothing to say"));

        Assert.Equal((RunStatus.Done, "", (string?)null), (result.Status, result.Text, result.MessageId));
        Assert.DoesNotContain(_it.EventsOf("r1"), line => line.StartsWith("text", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_only_begins_like_NO_REPLY_is_shown()
    {
        _it.Model.Say("NO", "_REPLY is a word");
        _it.Model.Say("NO");

        Assert.Equal("NO_REPLY is a word", (await _it.RunAsync(AgentFixture.Request("r1", "a"))).Text);
        Assert.Equal("NO", (await _it.RunAsync(AgentFixture.Request("r2", "b"))).Text);
        Assert.Contains("text NO_REPLY is a word|NO_REPLY is a word|NO_REPLY is a word|NO_REPLY is a word", _it.EventsOf("r1"));
        Assert.Contains("text NO|NO|NO|NO", _it.EventsOf("r2"));
    }

    [Fact]
    public async Task A_failure_keeps_the_text_and_leaves_an_error_row()
    {
        _it.Model.Fail(new ProviderException(ProviderFailure.DroppedMidStream, "box:11434 broke off; try again", httpStatus: 200), "half");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "go"));

        Assert.Equal((RunStatus.Failed, "half", "error"), (result.Status, result.Text, result.StopReason));
        Assert.Equal(("box:11434 broke off; try again", ProviderFailure.DroppedMidStream), (result.ErrorMessage, result.Failure));
        ChatMessage row = _it.Sessions.ReadPage(AgentFixture.Key("main"), 10).Entries[^1].Message;
        Assert.Equal(("r1:terminal-error", "error", "half"), (row.IdempotencyKey, row.StopReason, row.Content.PlainText));
        Assert.Equal(SessionStatus.Failed, _it.Sessions.Find(AgentFixture.Key("main"))!.Status);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_tried_once_more_with_less_history()
    {
        for (int turn = 0; turn < 40; turn++)
        {
            _it.Model.Say(new string('a', 400));
            await _it.RunAsync(AgentFixture.Request($"old{turn}", new string('q', 400)));
        }

        int before = _it.Model.Requests[^1].Messages.Count;
        _it.Model.Fail(new ProviderException(ProviderFailure.ContextOverflow, "too long"));
        _it.Model.Say("## Goal\nletters"); // the summary
        _it.Model.Say("fits");
        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "now"));

        Assert.Equal((RunStatus.Done, "fits"), (result.Status, result.Text));
        Assert.InRange(_it.Model.Requests[^1].Messages.Count, 1, (before * 2 / 3) + 1);
        Assert.Single(_it.EventsOf("r1"), "started");

        for (int call = 0; call < 8; call++)
        {
            _it.Model.Fail(new ProviderException(ProviderFailure.ContextOverflow, "too long"));
        }

        RunResult failed = await _it.RunAsync(AgentFixture.Request("r2", "now"));
        Assert.Contains("/new", failed.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_stopped_and_its_text_kept()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "go") with { Timeout = TimeSpan.FromSeconds(30) });
        await model.WriteAsync("partial");
        await _it.SeenAsync("r1", "text partial");

        _it.Time.Advance(TimeSpan.FromSeconds(31));
        RunResult result = await AgentFixture.EndAsync(run);

        Assert.Equal((RunStatus.TimedOut, "partial", "timeout"), (result.Status, result.Text, result.StopReason));
        Assert.Equal("timeout", _it.Sessions.ReadPage(AgentFixture.Key("main"), 9).Entries[^1].Message.Abort!.Origin);
        Assert.Equal(SessionStatus.Timeout, _it.Sessions.Find(AgentFixture.Key("main"))!.Status);
    }

    [Fact]
    public async Task A_run_shows_its_text_so_far()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "go"));
        await model.WriteAsync("so far");
        await _it.SeenAsync("r1", "text so far");

        Assert.Equal("so far", run.TextSoFar);
        model.Complete();
        await AgentFixture.EndAsync(run);
        Assert.Equal("so far", run.TextSoFar);
    }

    [Fact]
    public async Task A_message_that_cannot_be_stored_is_never_seen()
    {
        await _it.Database.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => _it.StartAsync(AgentFixture.Request("r1", "lost")));

        Assert.Empty(_it.EventsOf("r1"));
    }
}

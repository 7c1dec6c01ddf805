using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Answers without words: how often the model is asked again, what it reads, and what is stored and counted.</summary>
public sealed class EmptyAnswerTests : IAsyncDisposable
{
    private static readonly ToolCall s_read = new("c1", "read", """{"path":"notes.txt"}""");
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task The_model_is_asked_a_second_time_and_its_answer_is_the_answer()
    {
        _it.Model.Say();
        _it.Model.Say("here I am");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "are you there?"));

        Assert.Equal((RunStatus.Done, "here I am", 2), (result.Status, result.Text, result.ModelCalls));
        Assert.Equal(
            [
                "preparing_workspace", "preparing_context", "stored user 1 are you there?", "started", "starting_model", "model scripted/one",
                "usage 0", "stored assistant 2 ", "finishing stop", "preparing_context", "started", "starting_model", "model scripted/one",
                "text here I am|here I am|here I am|here I am", "usage 1", "stored assistant 3 here I am", "finishing stop", "model /",
                "ended Done here I am",
            ],
            _it.EventsOf("r1"));
    }

    [Fact]
    public async Task The_second_call_has_the_message_and_the_wish_for_words_in_one_message_of_the_user()
    {
        _it.Model.Say();
        _it.Model.Say("yes");
        await _it.RunAsync(AgentFixture.Request("r1", "are you there?"));

        PromptMessage only = Assert.Single(_it.Model.Requests[1].Messages);
        Assert.Equal(PromptRole.User, only.Role);
        Assert.StartsWith("are you there?\n\n[Your last answer was empty.", only.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_of_both_calls_are_counted()
    {
        _it.Model.Think("hmm");
        _it.Model.Say("42");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "6 times 7?"));
        SessionRow row = _it.Sessions.Find(AgentFixture.Key("main"))!;

        Assert.Equal((200L, 8L), (result.Usage.Input, result.Usage.Output));
        Assert.Equal((200L, 8L, 101L), (row.InputTokens, row.OutputTokens, row.TotalTokens!.Value)); // the last: what the window holds now
    }

    [Fact]
    public async Task A_model_that_says_nothing_twice_fails_the_run_and_is_not_asked_a_third_time()
    {
        _it.Model.Say();
        _it.Model.Say();

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "go"));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.StartsWith("scripted/one gave an empty answer, asked again as well;", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(2, _it.Model.Requests.Count);
    }

    [Fact]
    public async Task A_model_that_only_thinks_is_asked_twice_more()
    {
        _it.Model.Think("one");
        _it.Model.Think("two");
        _it.Model.Say("three");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "count"));

        Assert.Equal((RunStatus.Done, "three"), (result.Status, result.Text));
        Assert.Contains("[You thought about this and gave no answer.", _it.Model.Requests[2].Messages[^1].Text, StringComparison.Ordinal);
        ChatMessage first = _it.Sessions.ReadPage(AgentFixture.Key("main"), 10).Entries[1].Message;
        Assert.Equal("one", Assert.Single(first.Content.Parts!).Thinking);
    }

    [Fact]
    public async Task A_model_that_never_stops_thinking_fails_the_run()
    {
        _it.Model.Think("one");
        _it.Model.Think("two");
        _it.Model.Think("three");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "count"));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Contains("thought and gave no answer", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(3, _it.Model.Requests.Count);
    }

    [Fact]
    public async Task After_tools_it_is_asked_without_them()
    {
        _it.Model.Call(s_read);
        _it.Model.Say();
        _it.Model.Say("It is empty.");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "read it"));

        Assert.Equal((RunStatus.Done, "It is empty."), (result.Status, result.Text));
        ModelRequest last = _it.Model.Requests[2];
        Assert.Empty(last.Tools);
        Assert.Equal(PromptRole.Tool, last.Messages[^1].Role);
        Assert.Contains("[No more tool calls in this turn: answer now.]", last.Messages[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_empty_answer_is_no_part_of_the_next_prompt()
    {
        _it.Model.Say();
        _it.Model.Say("yes");
        await _it.RunAsync(AgentFixture.Request("r1", "are you there?"));

        await _it.RunAsync(AgentFixture.Request("r2", "thanks"));

        Assert.Equal(["are you there?", "yes", "thanks"], _it.Model.Requests[^1].Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task A_turn_that_may_be_silent_is_not_asked_again()
    {
        _it.Model.Say();

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "anything new?") with { IsSilent = text => text.Length == 0 });

        Assert.Equal((RunStatus.Done, ""), (result.Status, result.Text));
        Assert.Single(_it.Model.Requests);
    }
}

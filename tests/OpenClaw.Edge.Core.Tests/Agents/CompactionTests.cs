using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Summaries in the place of old history, through the real loop.</summary>
public sealed class CompactionTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task A_compaction_keeps_the_newest_turns_and_every_row()
    {
        _it.Config = Keeping(600);
        await TalkAsync(4, 800);
        _it.Model.Say("## Goal\nnotes of old times");

        CompactionOutcome outcome = await _it.Runs.CompactAsync(Main, "the letters", CancellationToken.None);

        ModelRequest asked = _it.Model.Requests[^1];
        Assert.Contains("Look above all at: the letters", asked.Messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(("off", 0), (asked.Think, asked.Tools.Count));
        Assert.True(outcome.Compacted);
        Assert.True(outcome.ByModel);
        Assert.InRange(outcome.TokensAfter, 1, outcome.TokensBefore / 2);
        IReadOnlyList<TranscriptEntry> rows = _it.Sessions.ReadPage(Main, 100).Entries;
        Assert.Equal(9, rows.Count);
        Assert.Equal((TranscriptEntryKind.Compaction, "manual"), (rows[^1].Kind, rows[^1].Reason));
        Assert.Equal(rows[6].Id, outcome.FirstKeptEntryId);
        Assert.Equal(1, _it.Sessions.Find(Main)!.CompactionCount);

        await _it.RunAsync(AgentFixture.Request("next", "and now?"));
        Assert.Equal(
            ["[Summary of the conversation so far]\n## Goal\nnotes of old times\n\nq3", "a3", "and now?"],
            _it.Model.Requests[^1].Messages.Select(message => message.Text.TrimEnd('.')));
    }

    [Fact]
    public async Task A_second_compaction_works_the_first_summary_in()
    {
        _it.Config = Keeping(600);
        await TalkAsync(3, 800);
        _it.Model.Say("first notes");
        await _it.Runs.CompactAsync(Main, null, CancellationToken.None);
        await TalkAsync(3, 800, 10);
        _it.Model.Say("second notes");

        CompactionOutcome outcome = await _it.Runs.CompactAsync(Main, null, CancellationToken.None);

        Assert.Contains("<earlier_notes>\nfirst notes", _it.Model.Requests[^1].Messages[0].Text, StringComparison.Ordinal);
        Assert.Equal("second notes", outcome.Summary);
        await _it.RunAsync(AgentFixture.Request("next", "go on"));
        string prompt = string.Join('|', _it.Model.Requests[^1].Messages.Select(message => message.Text));
        Assert.Contains("second notes", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("first notes", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_fails_gets_a_summary_made_of_the_messages()
    {
        _it.Config = Keeping(600);
        await TalkAsync(4, 800);
        _it.Model.Fail(new ProviderException(ProviderFailure.Unreachable, "box:11434 is down"));

        CompactionOutcome outcome = await _it.Runs.CompactAsync(Main, null, CancellationToken.None);

        Assert.Equal((true, false), (outcome.Compacted, outcome.ByModel));
        Assert.Contains("## Asked\n- q0", outcome.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_conversation_is_left_alone()
    {
        Assert.Equal("no transcript", (await _it.Runs.CompactAsync(Main, null, CancellationToken.None)).Reason);
        await TalkAsync(1, 10);

        CompactionOutcome outcome = await _it.Runs.CompactAsync(Main, null, CancellationToken.None);

        Assert.Equal((false, "Nothing to compact (session too small)"), (outcome.Compacted, outcome.Reason));
        Assert.Equal(2, _it.Sessions.ReadPage(Main, 10).Entries.Count);
    }

    [Fact]
    public async Task History_near_the_limit_is_compacted_before_the_answer()
    {
        _it.Model.Window = 4096;
        _it.Config = new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { ContextTokens = 4096 } } };
        for (int turn = 0; _it.Sessions.Find(Main)?.CompactionCount is null or 0; turn++)
        {
            Assert.InRange(turn, 0, 40);
            await _it.RunAsync(AgentFixture.Request($"r{turn}", $"q{turn}{new string('.', 1200)}"));
        }

        string[] events = _it.EventsOf(_it.Sessions.Find(Main)!.LastRunId!);
        Assert.Equal(
            ["stored user", "started", "RunCompactionEvent", "RunCompactionEvent", "stored system", "text ok|ok|ok|ok", "ended Done ok"],
            events.Where(line => !line.StartsWith("model", StringComparison.Ordinal)).Select(line => line.Split(' ') is ["stored", string role, ..] ? $"stored {role}" : line)
                .Where(line => line is "started" or "RunCompactionEvent" or "stored user" or "stored system" || line.StartsWith("text", StringComparison.Ordinal) || line.StartsWith("ended", StringComparison.Ordinal)));
        Assert.StartsWith("[Summary of the conversation so far]", _it.Model.Requests[^1].Messages[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_and_its_result_stay_together()
    {
        Directory.CreateDirectory(_it.Workspace);
        await File.WriteAllTextAsync(Path.Combine(_it.Workspace, "notes.md"), new string('n', 3000));
        _it.Config = Keeping(1500);
        await TalkAsync(3, 800);
        _it.Model.Call(new ToolCall("c1", "read", """{"path":"notes.md"}"""));
        _it.Model.Say("read it");
        await _it.RunAsync(AgentFixture.Request("tool", "read my notes"));
        _it.Model.Say("notes");

        await _it.Runs.CompactAsync(Main, null, CancellationToken.None);
        await _it.RunAsync(AgentFixture.Request("next", "thanks"));

        IReadOnlyList<PromptMessage> sent = _it.Model.Requests[^1].Messages;
        int call = sent.ToList().FindIndex(message => message.ToolCalls.Count > 0);
        Assert.True(call > 0);
        Assert.Equal((PromptRole.Tool, "c1"), (sent[call + 1].Role, sent[call + 1].ToolCallId));
    }

    [Fact]
    public async Task A_turn_whose_results_outgrow_the_window_goes_on_with_shorter_ones()
    {
        Directory.CreateDirectory(_it.Workspace);
        for (int file = 0; file < 6; file++)
        {
            await File.WriteAllTextAsync(Path.Combine(_it.Workspace, $"f{file}.txt"), new string((char)('a' + file), 3500));
            _it.Model.Call(new ToolCall($"c{file}", "read", $$"""{"path":"f{{file}}.txt"}"""));
        }

        _it.Model.Window = 4096;
        _it.Config = new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { ContextTokens = 4096 } } };
        _it.Model.Say("all read");

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", "read all six"));

        Assert.Equal("all read", result.Text);
        ModelRequest last = _it.Model.Requests[^1];
        Assert.Equal(6, last.Messages.Count(message => message.Role == PromptRole.Tool));
        Assert.InRange(TokenEstimate.Of(last), 1, 4096 - 256);
        string stored = _it.Sessions.ReadPage(Main, 100).Entries.First(row => row.Message.ToolCallId == "c0").Message.Content.PlainText;
        Assert.True(stored.Length > last.Messages.First(message => message.ToolCallId == "c0").Text.Length, "the row keeps what the prompt cuts");
    }

    [Fact]
    public async Task A_message_that_cannot_fit_is_refused_in_plain_words_without_a_call()
    {
        _it.Model.Window = 4096;
        _it.Config = new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { ContextTokens = 4096 } } };

        RunResult result = await _it.RunAsync(AgentFixture.Request("r1", new string('x', 60_000)));

        Assert.Equal((RunStatus.Failed, ProviderFailure.ContextOverflow), (result.Status, result.Failure));
        Assert.Contains("does not fit the model", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(_it.Model.Requests);
        Assert.Contains("started", _it.EventsOf("r1"));
    }

    [Fact]
    public async Task A_reset_during_the_summary_wins()
    {
        _it.Config = Keeping(600);
        await TalkAsync(4, 800);
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Task<CompactionOutcome> compaction = _it.Runs.CompactAsync(Main, null, CancellationToken.None);
        await model.WriteAsync("late notes");
        await _it.Sessions.ResetAsync(Main, "new", CancellationToken.None);
        model.Complete();

        Assert.Equal("the session was started over meanwhile", (await compaction).Reason);
        Assert.Single(_it.Sessions.ReadPage(Main, 10).Entries);
    }

    [Theory]
    [InlineData(150, null, "202 of 150 tokens")]
    [InlineData(null, 0.0, "$0.00")]
    public async Task A_cap_stops_the_next_turn_with_a_clear_message(int? tokens, double? usd, string says)
    {
        UsageLimitConfig limit = new() { Tokens = tokens, CostUsd = usd };
        if (usd is null)
        {
            await _it.RunAsync(AgentFixture.Request("r1", "one")); // 101 tokens
            await _it.RunAsync(AgentFixture.Request("r2", "two"));
        }

        int calls = _it.Model.Requests.Count;
        _it.Config = new EdgeConfig { Usage = new UsageConfig { Day = limit } };
        RunResult result = await _it.RunAsync(AgentFixture.Request("r3", "three"));

        Assert.Equal((RunStatus.Failed, calls), (result.Status, _it.Model.Requests.Count));
        Assert.Contains(says, result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("usage.limits.day", result.ErrorMessage, StringComparison.Ordinal);
    }

    private static EdgeConfig Keeping(int tokens) => new()
    {
        Agents = new AgentsConfig
        {
            Defaults = new AgentDefaultsConfig { Compaction = new CompactionConfig { KeepRecentTokens = tokens } },
        },
    };

    // Turns of two messages, each of so many characters.
    private async Task TalkAsync(int turns, int chars, int from = 0)
    {
        for (int turn = from; turn < from + turns; turn++)
        {
            _it.Model.Say($"a{turn}{new string('.', chars)}");
            await _it.RunAsync(AgentFixture.Request($"old{turn}", $"q{turn}{new string('.', chars)}"));
        }
    }
}

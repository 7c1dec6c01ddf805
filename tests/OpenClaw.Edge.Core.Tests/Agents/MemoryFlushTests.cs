using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Notes before a compaction, through the real loop.</summary>
public sealed class MemoryFlushTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");
    private static readonly string s_long = new('l', 6000);
    private readonly AgentFixture _it = new();
    private int _turns;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task What_should_last_is_written_before_history_is_summarized()
    {
        Directory.CreateDirectory(Path.Combine(_it.Workspace, "memory"));
        await File.WriteAllTextAsync(NotePath, "# Before\n");
        await FillAsync();
        _it.Model.Call(
            new ToolCall("m1", "write", $$"""{"path":"memory/{{Today}}.md","content":"The kettle is blue."}"""),
            new ToolCall("m2", "write", """{"path":"owned.txt","content":"x"}"""),
            new ToolCall("m3", "write", """{"path":"memory/../owned.md","content":"x"}"""),
            new ToolCall("m4", "read", """{"path":"AGENTS.md"}"""));
        _it.Model.Say("NO_REPLY");
        _it.Model.Say("## Goal\nnotes");
        _it.Model.Say("Here.");
        int before = _it.Model.Requests.Count;
        RunResult result = await _it.RunAsync(AgentFixture.Request("now", new string('q', 13_000)));

        Assert.Equal("Here.", result.Text);
        Assert.Equal("# Before\n\nThe kettle is blue.\n", await File.ReadAllTextAsync(NotePath));
        Assert.Empty(Directory.GetFiles(_it.Workspace, "owned*", SearchOption.AllDirectories));
        ModelRequest flush = _it.Model.Requests[before];
        Assert.Contains("[Memory flush; not from the person]", flush.Messages[^1].Text);
        Assert.Equal(flush.System, _it.Model.Requests[^1].System); // the server's cache of the prompt stays good
        Assert.Equal(flush.Tools, _it.Model.Requests[^1].Tools);
        string[] told = [.. _it.Model.Requests[before + 1].Messages.Where(message => message.Role == PromptRole.Tool).Select(message => message.Text)];
        Assert.StartsWith("Replaced memory/", told[0]);
        Assert.Contains("'owned.txt' is not a memory file", told[1]);
        Assert.Contains("is not a memory file", told[2]);
        Assert.Contains("only write can be called now", told[3]);
        Assert.DoesNotContain(_it.Sessions.ReadPage(Main, 200).Entries, entry => entry.Message.Content.PlainText.Contains("Memory flush", StringComparison.Ordinal));
        Assert.DoesNotContain(_it.EventsOf("now"), line => line.Contains("kettle", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_asked_once_a_compaction()
    {
        await FillAsync();
        await _it.RunAsync(AgentFixture.Request("a", s_long));
        await _it.RunAsync(AgentFixture.Request("b", "short"));

        Assert.Single(_it.Model.Requests, request => request.Messages[^1].Text.Contains("[Memory flush", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flush_that_fails_does_not_stop_the_turn()
    {
        await FillAsync();
        _it.Model.Fail(new ProviderException(ProviderFailure.BadRequest, "no"));
        _it.Model.Say("Answered.");
        RunResult result = await _it.RunAsync(AgentFixture.Request("now", s_long));

        Assert.Equal((RunStatus.Done, "Answered."), (result.Status, result.Text));
    }

    [Fact]
    public async Task It_can_be_off()
    {
        _it.Config = new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Compaction = new CompactionConfig { MemoryFlush = false } } } };
        await FillAsync();
        await _it.RunAsync(AgentFixture.Request("now", s_long));

        Assert.DoesNotContain(_it.Model.Requests, request => request.Messages[^1].Text.Contains("[Memory flush", StringComparison.Ordinal));
    }

    private string Today => _it.Time.GetLocalNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private string NotePath => Path.Combine(_it.Workspace, "memory", $"{Today}.md");

    // Fills half of what messages may take of 8,192 tokens.
    private async Task FillAsync()
    {
        while (_it.Model.Requests.Count < 40)
        {
            int used = _it.Model.Requests.Count == 0 ? 0 : _it.Model.Requests[^1].Messages.Sum(message => message.Text.Length / 4);
            if (used > 2500)
            {
                return;
            }

            _it.Model.Say("a " + new string('.', 400));
            await _it.RunAsync(AgentFixture.Request($"fill{_turns++}", "q " + new string('.', 400)));
        }
    }
}

using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Mcp;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

/// <summary>When servers start, rest, and are given up for a while.</summary>
public sealed class McpServersTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly McpFixture _mcp;

    public McpServersTests() => _mcp = new McpFixture(_time);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mcp.DisposeAsync();

    [Theory]
    [InlineData("tools.deny", "bundle-mcp")]
    [InlineData("tools.deny", "docs__*")]
    [InlineData("tools.deny", "group:plugins")]
    [InlineData("tools.allow", "read")]
    [InlineData("tools.profile", "minimal")]
    public async Task A_server_whose_tools_are_all_denied_is_not_started(string key, string value)
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("x"));
        _mcp.Configure(McpFixture.Of(program));
        var policy = new ToolPolicy(
            key == "tools.profile" ? value : null, key == "tools.allow" ? [value] : null, null, key == "tools.deny" ? [value] : null);

        Assert.Empty(await _mcp.NamesAsync(policy));
        Assert.Empty(program.Lines);
    }

    [Theory]
    [InlineData("docs__x", true)]
    [InlineData("docs__*", true)]
    [InlineData("*", true)]
    [InlineData("d*x", true)]
    [InlineData("bundle-mcp", true)]
    [InlineData("other__*", false)]
    public void A_policy_says_whether_it_may_allow_a_server(string allowed, bool expected) =>
        Assert.Equal(expected, new ToolPolicy(null, [allowed], null, null).MayAllow("docs__"));

    [Fact]
    public async Task A_server_that_is_switched_off_has_no_tools()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("x"));
        _mcp.Configure(McpFixture.Of(program) with { Enabled = false });

        Assert.Empty(await _mcp.NamesAsync());
        Assert.Empty(program.Lines);
    }

    [Fact]
    public async Task A_server_that_nobody_uses_rests_and_its_tools_stay_known()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("x"), ScriptedMcpProgram.OnCall("x", "text 'here'"));
        _mcp.Configure(idleMs: 120_000, McpFixture.Of(program));
        await _mcp.NamesAsync();

        _time.Advance(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(program.IsRunning);
        _time.Advance(TimeSpan.FromSeconds(61));
        await EndedAsync(program);

        Assert.Equal(["docs__x"], await _mcp.NamesAsync());
        Assert.Single(program.Pids);
        Assert.Contains("here", (await _mcp.CallAsync("docs__x")).Text, StringComparison.Ordinal);
        Assert.Equal(2, program.Pids.Count);
    }

    [Fact]
    public async Task A_server_that_is_needed_while_it_still_ends_is_started_again_after_that()
    {
        string leave = _mcp.Folder.PathOf("leave");
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder,
            ScriptedMcpProgram.Tool("x"),
            ScriptedMcpProgram.OnCall("x", "text 'here'"),
            $"trap 'while [ ! -e {leave} ]; do sleep 0.02; done' EXIT");
        _mcp.Configure(idleMs: 120_000, McpFixture.Of(program));
        await _mcp.NamesAsync();
        _time.Advance(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(60)); // and not beyond: it would be ended by force
        await Eventually.HoldsAsync(() => program.Lines.Contains("ended"));

        Task<ToolResult> call = _mcp.CallAsync("docs__x");
        Assert.Single(program.Pids);
        await File.WriteAllTextAsync(leave, "", TestContext.Current.CancellationToken);

        Assert.Contains("here", (await Guard.Within(call)).Text, StringComparison.Ordinal);
        Assert.Contains("here", (await _mcp.CallAsync("docs__x")).Text, StringComparison.Ordinal);
        Assert.Equal(2, program.Pids.Count); // the end of the first is no crash of the second
        Assert.Empty(_mcp.Servers.Problems);
    }

    [Fact]
    public async Task A_changed_entry_ends_its_server_and_leaves_the_others()
    {
        ScriptedMcpProgram changed = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("x"), ScriptedMcpProgram.OnCall("x", "text 'here'"));
        ScriptedMcpProgram kept = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("y"), ScriptedMcpProgram.OnCall("y", "text 'there'"));
        _mcp.Configure(McpFixture.Of(changed), McpFixture.Of(kept, "other"));
        Assert.Equal(["docs__x", "other__y"], await _mcp.NamesAsync());

        _mcp.Configure(McpFixture.Of(changed) with { Fingerprint = "another", Exclude = ["x"] }, McpFixture.Of(kept, "other"));
        await EndedAsync(changed);

        Assert.Equal(["other__y"], await _mcp.NamesAsync());
        Assert.Contains("there", (await _mcp.CallAsync("other__y")).Text, StringComparison.Ordinal);
        Assert.Single(kept.Pids);
        Assert.Equal(2, changed.Pids.Count);
    }

    [Fact]
    public async Task A_server_that_does_not_start_is_tried_ever_more_rarely()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("x"), start: "exit 3");
        _mcp.Configure(McpFixture.Of(program));
        int[] pauses = [1, 2, 4, 8];
        await _mcp.NamesAsync();
        for (int i = 0; i < pauses.Length; i++)
        {
            Assert.Equal(i + 1, program.Pids.Count);
            _time.Advance(TimeSpan.FromSeconds(pauses[i] - 0.5));
            Assert.Empty(await _mcp.NamesAsync());
            Assert.Equal(i + 1, program.Pids.Count);
            _time.Advance(TimeSpan.FromSeconds(1));
            await _mcp.NamesAsync();
        }

        Assert.Contains("ended with exit code 3", Assert.Single(_mcp.Servers.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_leaves_three_calls_without_an_answer_is_stopped()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, $"{ScriptedMcpProgram.Tool("mute")},{ScriptedMcpProgram.Tool("x")}", ScriptedMcpProgram.OnCall("mute", ":") + ScriptedMcpProgram.OnCall("x", "text 'here'"));
        _mcp.Configure(McpFixture.Of(program));
        await _mcp.NamesAsync();
        for (int call = 1; call <= 3; call++)
        {
            Task<ToolResult> mute = _mcp.CallAsync("docs__mute");
            int asked = call;
            await Eventually.HoldsAsync(() => program.Lines.Count(line => line.Contains("tools/call", StringComparison.Ordinal)) == asked);
            _time.Advance(TimeSpan.FromSeconds(15)); // not beyond: the pause counts from the moment of the deadline
            Assert.True((await Guard.Within(mute)).IsError);
        }

        ToolResult paused = await _mcp.CallAsync("docs__x");
        await EndedAsync(program);
        Assert.Equal("docs left 3 calls in a row without an answer and was stopped. It is tried again in 1 s; do without it until then", paused.Text);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("here", (await _mcp.CallAsync("docs__x")).Text, StringComparison.Ordinal);
        Assert.Empty(_mcp.Servers.Problems);
    }

    [Fact]
    public async Task Many_turns_at_once_start_a_server_once()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("x"), ScriptedMcpProgram.OnCall("x", "text \"call $id\""));
        _mcp.Configure(McpFixture.Of(program));

        ToolResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _mcp.CallAsync("docs__x")));

        Assert.Single(program.Pids);
        Assert.Equal(20, results.Select(result => result.Text.Split('\n')[1]).Distinct().Count());
        Assert.All(results, result => Assert.False(result.IsError));
    }

    private static Task EndedAsync(ScriptedMcpProgram program) => Eventually.HoldsAsync(() => !program.IsRunning);
}

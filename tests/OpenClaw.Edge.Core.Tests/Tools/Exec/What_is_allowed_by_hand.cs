using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

/// <summary>Lines that a person has written into the allowlist.</summary>
public sealed class What_is_allowed_by_hand : IAsyncDisposable
{
    private readonly ExecFixture _tools = new("""{ tools: { exec: { mode: "allowlist" } } }""");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    [Theory]
    [InlineData("test -v 'x[$(touch pwned)]'")]
    [InlineData("test '' -o -v 'x[`touch pwned`]'")]
    [InlineData("printf -v 'x[$(touch pwned)]' hi")]
    [InlineData("printf -v'x[$(touch pwned)]' hi")]
    [InlineData("printf -v PATH /tmp")]
    public async Task A_built_in_that_runs_what_its_words_hide_is_not_what_was_allowed(string command)
    {
        await AllowAsync("test", "printf");

        ToolResult result = await RunAsync(command);

        Assert.Contains("not on the allowlist", result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_tools.Workspace, "pwned")));
    }

    [Fact]
    public async Task Its_harmless_words_are()
    {
        await AllowAsync("test", "printf");

        Assert.Equal("hi", (await RunAsync("test -d . && printf '%s' hi")).Text);
    }

    [Fact]
    public async Task A_pattern_that_is_made_to_go_deep_matches_nothing()
    {
        await AllowAsync(new string('*', 200_000) + "x");

        Assert.Contains("not on the allowlist", (await RunAsync("ls")).Text, StringComparison.Ordinal);
    }

    private Task<ToolResult> RunAsync(string command) =>
        _tools.CallAsync("exec", $$"""{"command":"{{command}}"}""", Token);

    private async Task AllowAsync(params string[] patterns)
    {
        foreach (string pattern in patterns)
        {
            await _tools.Approvals.ChangeAsync(null, document => document.With("main", new AllowEntry { Pattern = pattern }), Token);
        }
    }
}

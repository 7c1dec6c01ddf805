using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class ApplyPatchTests : IDisposable
{
    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task One_patch_adds_changes_moves_and_removes()
    {
        Put("app.txt", "one\ntwo\nthree\n");
        Put("old.txt", "x\n");
        Put("gone.txt", "x\n");
        Put("tail.txt", "a\nb");

        ToolResult result = await PatchAsync(
            """
            *** Begin Patch
            *** Add File: new/deep.txt
            +first
            +
            +third
            *** Update File: app.txt
            @@ one
            -two
            +TWO
            *** Update File: old.txt
            *** Move to: moved/new.txt
            @@
            -x
            +y
            *** Update File: tail.txt
            @@
            +c
            *** End of File
            *** Delete File: gone.txt
            *** End Patch
            """);

        Assert.False(result.IsError, result.Text);
        Assert.Equal("first\n\nthird\n", Get("new/deep.txt"));
        Assert.Equal("one\nTWO\nthree\n", Get("app.txt"));
        Assert.Equal("y\n", Get("moved/new.txt"));
        Assert.Equal("a\nb\nc\n", Get("tail.txt"));
        Assert.False(File.Exists(_dir.PathOf("old.txt")));
        Assert.False(File.Exists(_dir.PathOf("gone.txt")));
    }

    [Fact]
    public async Task A_hunk_that_does_not_fit_changes_nothing_at_all()
    {
        Put("a.txt", "one\n");
        ToolResult result = await PatchAsync(
            "*** Begin Patch\n*** Add File: b.txt\n+b\n*** Update File: a.txt\n@@\n-missing\n+x\n*** End Patch");

        Assert.True(result.IsError);
        Assert.Contains("missing", result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(_dir.PathOf("b.txt")));
        Assert.Equal("one\n", Get("a.txt"));
    }

    [Fact]
    public async Task White_space_that_a_model_lost_is_forgiven_and_line_ends_stay()
    {
        Put("a.txt", "if (x)\r\n\t\treturn;  \r\nend\r\n");
        ToolResult result = await PatchAsync("*** Begin Patch\n*** Update File: a.txt\n@@\n if (x)\n-return;\n+stop;\n*** End Patch");

        Assert.False(result.IsError, result.Text);
        Assert.Equal("if (x)\r\nstop;\r\nend\r\n", Get("a.txt"));
    }

    [Theory]
    [InlineData("*** Begin Patch\n*** Add File: ../out.txt\n+x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Add File: /etc/out.txt\n+x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Add File: link/out.txt\n+x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Update File: a.txt\n*** Move to: ../out.txt\n@@\n-one\n+x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Delete File: link/victim.txt\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch")]
    [InlineData("*** Add File: b.txt\n+x")]
    [InlineData("*** Begin Patch\n*** Begin Patch\n*** End Patch")]
    [InlineData("")]
    public async Task What_leads_outside_or_makes_no_sense_is_refused(string patch)
    {
        using TempDir outside = new();
        await File.WriteAllBytesAsync(outside.PathOf("victim.txt"), "keep"u8.ToArray(), TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(_dir.PathOf("link"), outside.Root);
        Put("a.txt", "one\n");

        ToolResult result = await PatchAsync(patch);

        Assert.True(result.IsError, result.Text);
        Assert.Equal("one\n", Get("a.txt"));
        Assert.Equal(["victim.txt"], Directory.GetFiles(outside.Root).Select(Path.GetFileName));
    }

    private async Task<ToolResult> PatchAsync(string patch)
    {
        SessionKey.TryParse("agent:main:main", "main", out SessionKey key);
        ToolInvocationResult answer = await new ToolInvocation(new ToolRegistry([new ApplyPatchTool()])).InvokeAsync(
            "apply_patch",
            ToolJson.Object(json => json.WriteString("input", patch)).GetRawText(),
            new ToolPolicy(null, null, null, null),
            new ToolPolicy(null, null, null, null),
            new ToolCallContext { SessionKey = key, Workspace = _dir.Root },
            dryRun: false,
            TestContext.Current.CancellationToken);
        return answer.Result;
    }

    private void Put(string name, string text) => File.WriteAllBytes(_dir.PathOf(name), System.Text.Encoding.UTF8.GetBytes(text));

    private string Get(string name) => File.ReadAllText(_dir.PathOf(name));
}

using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

public sealed class ApprovalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_default_a_command_waits_for_a_person_and_runs_once_when_allowed()
    {
        await using ExecFixture tools = new();
        Answer(tools, "allow-once");

        ToolResult result = await tools.CallAsync("exec", """{"command":"echo ran > out; cat out"}""", Token);

        Assert.Equal("ran", result.Text);
        ApprovalAuditRow row = Assert.Single(tools.Ledger.Page(long.MaxValue, 10));
        Assert.Equal(("allow-once", "decided", "tester"), (row.Decision, row.Reason, row.DecidedBy));
        Assert.False(tools.Approvals.Read().Exists);
    }

    [Fact]
    public async Task A_refusal_runs_nothing_and_is_written_down()
    {
        await using ExecFixture tools = new();
        Answer(tools, "deny");

        ToolResult result = await tools.CallAsync("exec", """{"command":"echo ran > out"}""", Token);

        Assert.True(result.IsError);
        Assert.Contains("the person refused", result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(tools.Workspace, "out")));
        Assert.Equal("deny", Assert.Single(tools.Ledger.Page(long.MaxValue, 10)).Decision);
    }

    [Fact]
    public async Task Always_binds_the_exact_words_and_the_directory()
    {
        await using ExecFixture tools = new();
        int asked = Answer(tools, "allow-always");
        Directory.CreateDirectory(Path.Combine(tools.Workspace, "sub"));

        await tools.CallAsync("exec", """{"command":"touch a.txt"}""", Token);
        tools.Gate.HasApprovers = () => false; // from here on nobody can be asked
        ToolResult same = await tools.CallAsync("exec", """{"command":"touch 'a.txt'"}""", Token);
        ToolResult other = await tools.CallAsync("exec", """{"command":"touch b.txt"}""", Token);
        ToolResult elsewhere = await tools.CallAsync("exec", """{"command":"touch a.txt","workdir":"sub"}""", Token);
        ToolResult longer = await tools.CallAsync("exec", """{"command":"touch a.txt; touch c.txt"}""", Token);

        Assert.False(same.IsError);
        Assert.All([other, elsewhere, longer], refused => Assert.Contains("nobody is connected", refused.Text, StringComparison.Ordinal));
        AllowEntry entry = Assert.Single(tools.Approvals.Read().Document.AllowlistOf("main"));
        Assert.Equal("allow-always", entry.Source);
        Assert.StartsWith("sha256:cwd-argv:v1:", entry.ArgPattern, StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Silence_is_a_no()
    {
        ManualTimeProvider time = new();
        ApprovalGate gate = new(time) { HasApprovers = () => true };
        PendingApproval asked = gate.Ask(new ApprovalRequest { Command = "rm -r x" }, TimeSpan.FromSeconds(60));

        time.Advance(TimeSpan.FromSeconds(61));
        ApprovalDecision decision = await asked.Decided.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Token);

        Assert.False(decision.Allows);
        Assert.Equal("timeout", decision.Reason);
        Assert.Equal(ApprovalAnswer.NotFound, gate.Resolve(asked.Id, "allow-once", "late"));
        Assert.Empty(gate.Pending);
    }

    [Fact]
    public void The_first_word_counts()
    {
        ApprovalGate gate = new(TimeProvider.System) { HasApprovers = () => true };
        PendingApproval asked = gate.Ask(new ApprovalRequest { Command = "ls", Decisions = ["allow-once", "deny"] }, TimeSpan.FromMinutes(1));

        Assert.Equal(ApprovalAnswer.NotOffered, gate.Resolve(asked.Id, "allow-always", "a"));
        Assert.Equal(ApprovalAnswer.Applied, gate.Resolve(asked.Id, "deny", "a"));
        Assert.Equal(ApprovalAnswer.Repeated, gate.Resolve(asked.Id, "deny", "b"));
        Assert.Equal(ApprovalAnswer.AlreadyResolved, gate.Resolve(asked.Id, "allow-once", "b"));
        Assert.Equal(ApprovalAnswer.NotFound, gate.Resolve("nope", "deny", "b"));
    }

    [Theory]
    [InlineData("""{ tools: { exec: { mode: "deny" } } }""", "switched off")]
    [InlineData("""{ tools: { exec: { mode: "allowlist" } } }""", "not on the allowlist")]
    [InlineData("""{ tools: { exec: { enabled: false } } }""", "switched off")]
    public async Task The_configuration_can_refuse_without_asking(string config, string words)
    {
        await using ExecFixture tools = new(config);
        Answer(tools, "allow-once");

        ToolResult result = await tools.CallAsync("exec", """{"command":"touch a"}""", Token);

        Assert.True(result.IsError);
        Assert.Contains(words, result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(tools.Workspace, "a")));
    }

    [Fact]
    public async Task The_machines_own_document_only_tightens()
    {
        await using ExecFixture tools = new("""{ tools: { exec: { mode: "full" } } }""");
        await WriteAsync(tools, """{"version":1,"defaults":{"security":"deny"}}""");
        ToolResult denied = await tools.CallAsync("exec", """{"command":"echo hi"}""", Token);
        await WriteAsync(tools, "{ not json");
        ToolResult broken = await tools.CallAsync("exec", """{"command":"echo hi"}""", Token);
        await WriteAsync(tools, """{"version":1,"defaults":{"security":"full","ask":"off"}}""");
        ToolResult allowed = await tools.CallAsync("exec", """{"command":"echo hi"}""", Token);

        Assert.True(denied.IsError);
        Assert.Contains("exec-approvals.json", broken.Text, StringComparison.Ordinal);
        Assert.Equal("hi", allowed.Text);
    }

    [Theory]
    [InlineData("ls", true)]
    [InlineData("ls -la src && ls tests", true)]
    [InlineData("ls | head -5", true)]
    [InlineData("ls; rm x", false)]
    [InlineData("ls | sh", false)]
    [InlineData("ls > out", false)]
    [InlineData("ls $(rm x)", false)]
    [InlineData("ls `rm x`", false)]
    [InlineData("ls \"$(rm x)\"", false)]
    [InlineData("ls & rm x", false)]
    [InlineData("ls\nrm x", false)]
    [InlineData("PATH=. ls", false)]
    [InlineData("./ls", false)]
    [InlineData("ls <(rm x)", false)]
    [InlineData("ls |& sh", false)]
    [InlineData("eval ls", false)]
    [InlineData("ls 'it''s'", true)]
    [InlineData("l\\s", true)]
    [InlineData("ls \u0001", false)]
    [InlineData("ls | head -5 /etc/passwd", false)]
    [InlineData("ls | tail -n 5 -f", false)]
    [InlineData("ls 'open", false)]
    [InlineData("", false)]
    public void An_allowlist_lets_only_the_named_program_run(string command, bool runs)
    {
        using TempDir dir = new();
        File.WriteAllText(dir.PathOf("ls"), "#!/bin/sh\n");
        File.SetUnixFileMode(dir.PathOf("ls"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ExecVerdict verdict = ExecJudge.Judge(
            command, dir.Root, "/usr/bin:/bin", "/home/me", new ExecPolicy("allowlist", "off"), [new AllowEntry { Pattern = "ls" }]);

        Assert.Equal(runs ? ExecOutcome.Run : ExecOutcome.Refuse, verdict.Outcome);
    }

    [Theory]
    [InlineData("/usr/bin/*", "/usr/bin/rg", true)]
    [InlineData("/usr/*", "/usr/bin/rg", false)]
    [InlineData("/usr/**", "/usr/bin/rg", true)]
    [InlineData("~/**/bin/rg", "/home/me/a/b/bin/rg", true)]
    [InlineData("~/**/bin/rg", "/home/me/bin/rg", true)]
    [InlineData("/opt/r?", "/opt/rg", true)]
    [InlineData("/opt/rg", "/opt/rg2", false)]
    public void Patterns_of_paths_match_as_globs(string pattern, string path, bool matches) =>
        Assert.Equal(matches, PathGlob.Matches(pattern, path, "/home/me"));

    [Fact]
    public async Task The_ledger_only_grows()
    {
        await using ExecFixture tools = new();
        await tools.Ledger.AppendAsync(new ApprovalAuditRow { Command = "ls", Decision = "allow", Reason = "allowlist" }, Token);

        await Assert.ThrowsAsync<StorageException>(() => tools.Database.WriteAsync(row => row.Script("UPDATE approval_audit SET decision = 'deny'"), Token));
        await Assert.ThrowsAsync<StorageException>(() => tools.Database.WriteAsync(row => row.Script("DELETE FROM approval_audit"), Token));
        Assert.Equal("allow", Assert.Single(tools.Ledger.Page(long.MaxValue, 10)).Decision);
    }

    private static int Answer(ExecFixture tools, string word)
    {
        tools.Gate.HasApprovers = () => true;
        tools.Gate.Requested = approval => tools.Gate.Resolve(approval.Id, word, "tester");
        return tools.Gate.Pending.Count;
    }

    private static Task WriteAsync(ExecFixture tools, string text) => File.WriteAllBytesAsync(tools.Approvals.Path, System.Text.Encoding.UTF8.GetBytes(text), Token);
}

using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

/// <summary>Each test changes one thing between a person's word and the start, or between one start and the next.</summary>
public sealed class What_was_approved_is_what_runs : IAsyncDisposable
{
    private readonly ExecFixture _tools = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    [Theory]
    [InlineData("./build.sh", "./build.sh")]
    [InlineData("sh build.sh", "sh")]
    [InlineData("sh -eu build.sh", "sh")]
    public async Task Always_holds_for_the_script_that_was_seen(string command, string program)
    {
        Write("build.sh", "#!/bin/sh\necho one\n");
        Answer("allow-always");
        ToolResult first = await RunAsync(command);
        NobodyAnswers();
        ToolResult again = await RunAsync(command);
        Write("build.sh", "#!/bin/sh\necho two\n");
        ToolResult changed = await RunAsync(command);

        Assert.Equal(("one", "one"), (first.Text, again.Text));
        Assert.Contains("nobody is connected", changed.Text, StringComparison.Ordinal);
        AllowEntry entry = Assert.Single(_tools.Approvals.Read().Document.AllowlistOf("main"));
        Assert.NotNull(program == "sh" ? entry.ScriptSha256 : entry.ProgramSha256);
    }

    [Fact]
    public async Task A_new_word_replaces_the_line_of_the_old_script()
    {
        Write("build.sh", "#!/bin/sh\necho one\n");
        Answer("allow-always");
        await RunAsync("sh build.sh");
        Write("build.sh", "#!/bin/sh\necho two\n");
        await RunAsync("sh build.sh");

        Assert.Single(_tools.Approvals.Read().Document.AllowlistOf("main"));
        NobodyAnswers();
        Assert.Equal("two", (await RunAsync("sh build.sh")).Text);
    }

    [Theory]
    [InlineData("sh -c 'echo hi'")]
    [InlineData("python3 -c 'print(1)'")]
    [InlineData("python3 -m http.server")]
    [InlineData("node -e 1")]
    [InlineData("make test")]
    [InlineData("npm test")]
    [InlineData("awk 'BEGIN{system(1)}' x")]
    [InlineData("find . -exec rm x")]
    [InlineData("sh")]
    [InlineData("sh missing.sh")]
    [InlineData("/usr/bin/env true")]
    [InlineData("/usr/bin/timeout 5 true")]
    public async Task What_runs_more_than_its_words_say_is_allowed_once_only(string command)
    {
        foreach (string name in (string[])["sh", "python3", "node", "make", "npm", "awk", "find"])
        {
            Write($"bin/{name}", "#!/bin/sh\necho ran\n");
        }

        await using ExecFixture tools = new("""{ tools: { exec: { pathPrepend: ["BIN"] } } }""".Replace("BIN", Path.Combine(_tools.Workspace, "bin"), StringComparison.Ordinal));
        IReadOnlyList<string> offered = [];
        tools.Gate.HasApprovers = () => true;
        tools.Gate.Requested = approval => (offered, _) = (approval.Request.Decisions, tools.Gate.Resolve(approval.Id, "deny", "tester"));

        await tools.CallAsync("exec", $$"""{"command":"{{command}}"}""", Token);

        Assert.Equal(["allow-once", "deny"], offered);
    }

    [Fact]
    public async Task Another_program_of_the_same_name_earlier_in_the_path_is_not_the_one_that_was_allowed()
    {
        string bin = Path.Combine(_tools.Root, "bin");
        Directory.CreateDirectory(bin);
        await using ExecFixture tools = new("""{ tools: { exec: { pathPrepend: ["BIN"] } } }""".Replace("BIN", bin, StringComparison.Ordinal));
        Answer(tools, "allow-always");
        await tools.CallAsync("exec", """{"command":"touch a"}""", Token);
        tools.Gate.HasApprovers = () => false;
        Assert.False((await tools.CallAsync("exec", """{"command":"touch a"}""", Token)).IsError);

        Write(Path.Combine(bin, "touch"), "#!/bin/sh\necho pwned\n");

        Assert.Contains("nobody is connected", (await tools.CallAsync("exec", """{"command":"touch a"}""", Token)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_of_the_call_are_part_of_what_is_allowed()
    {
        Write("show.sh", "#!/bin/sh\necho \"$MODE\"\n");
        Answer("allow-always");
        ToolResult first = await RunAsync("./show.sh", """,{"MODE":"safe"}""");
        NobodyAnswers();

        Assert.Equal("safe", first.Text);
        Assert.Equal("safe", (await RunAsync("./show.sh", """,{"MODE":"safe"}""")).Text);
        Assert.Contains("nobody is connected", (await RunAsync("./show.sh", """,{"MODE":"other"}""")).Text, StringComparison.Ordinal);
        Assert.Contains("nobody is connected", (await RunAsync("./show.sh", """,{"MODE":"safe","MORE":"1"}""")).Text, StringComparison.Ordinal);
        Assert.Contains("nobody is connected", (await RunAsync("./show.sh")).Text, StringComparison.Ordinal);
        Assert.Equal("safe", (await RunAsync("./show.sh", """,{"MODE":"safe","NO_COLOR":"1"}""")).Text);
    }

    [Theory]
    [InlineData("sh build.sh", "build.sh")]
    [InlineData("./build.sh", "build.sh")]
    [InlineData("sh build.sh > out; cat out", "build.sh")]
    [InlineData("cat build.sh | sh", "build.sh")]
    [InlineData("x=1; . ./build.sh", "build.sh")]
    public async Task A_script_that_changes_while_the_person_thinks_does_not_run(string command, string script)
    {
        Write(script, "#!/bin/sh\necho one\n");
        WhileAsked("allow-once", () => Write(script, "#!/bin/sh\ntouch pwned\n"));

        ToolResult result = await RunAsync(command);

        Assert.True(result.IsError);
        Assert.Contains("is not what it was since it was approved", result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_tools.Workspace, "pwned")));
    }

    [Fact]
    public async Task A_program_that_appears_earlier_in_the_path_while_the_person_thinks_does_not_run()
    {
        string bin = Path.Combine(_tools.Root, "bin");
        Directory.CreateDirectory(bin);
        await using ExecFixture tools = new("""{ tools: { exec: { pathPrepend: ["BIN"] } } }""".Replace("BIN", bin, StringComparison.Ordinal));
        WhileAsked(tools, "allow-once", () => Write(Path.Combine(bin, "touch"), "#!/bin/sh\necho pwned\n"));

        ToolResult result = await tools.CallAsync("exec", """{"command":"touch a"}""", Token);

        Assert.Contains("touch (", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pwned", result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(tools.Workspace, "a")));
    }

    [Fact]
    public async Task A_link_that_is_turned_while_the_person_thinks_runs_nothing()
    {
        Write("good", "#!/bin/sh\necho good\n");
        Write("bad", "#!/bin/sh\necho bad\n");
        string link = Path.Combine(_tools.Workspace, "tool");
        File.CreateSymbolicLink(link, "good");
        WhileAsked("allow-once", () =>
        {
            File.Delete(link);
            File.CreateSymbolicLink(link, "bad");
        });

        Assert.Contains("is not what it was", (await RunAsync("./tool")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_replaced_by_a_link_is_not_entered()
    {
        string work = Path.Combine(_tools.Workspace, "work");
        string other = Path.Combine(_tools.Workspace, "other");
        Directory.CreateDirectory(work);
        Directory.CreateDirectory(other);
        WhileAsked("allow-once", () =>
        {
            Directory.Move(work, work + ".old");
            Directory.CreateSymbolicLink(work, other);
        });

        ToolResult result = await _tools.CallAsync("exec", """{"command":"touch here","workdir":"work"}""", Token);

        Assert.Contains("was moved or replaced", result.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(other));
    }

    [Fact]
    public async Task A_link_to_the_directory_that_is_turned_leads_where_it_led_when_it_was_approved()
    {
        string link = Path.Combine(_tools.Workspace, "work");
        foreach (string name in (string[])["seen", "other"])
        {
            Directory.CreateDirectory(Path.Combine(_tools.Workspace, name));
        }

        Directory.CreateSymbolicLink(link, "seen");
        WhileAsked("allow-once", () =>
        {
            Directory.Delete(link);
            Directory.CreateSymbolicLink(link, "other");
        });

        ToolResult result = await _tools.CallAsync("exec", """{"command":"touch here; pwd","workdir":"work"}""", Token);

        Assert.EndsWith("/seen", result.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_tools.Workspace, "seen", "here")));
    }

    [Fact]
    public async Task A_rule_that_is_taken_back_while_the_person_thinks_stops_the_start()
    {
        WhileAsked("allow-once", () => File.WriteAllText(_tools.Approvals.Path, """{"version":1,"defaults":{"security":"deny"}}"""));

        ToolResult result = await RunAsync("touch a");

        Assert.Contains("not allowed any more", result.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_tools.Workspace, "a")));
    }

    [Fact]
    public async Task Data_that_a_command_reads_may_change_meanwhile()
    {
        Write("notes.txt", "one");
        WhileAsked("allow-once", () => Write("notes.txt", "two"));

        Assert.Equal("two", (await RunAsync("cat notes.txt")).Text);
    }

    [Fact]
    public async Task A_line_by_hand_does_not_cover_variables_of_the_call()
    {
        await File.WriteAllTextAsync(_tools.Approvals.Path, """{"version":1,"agents":{"main":{"allowlist":[{"pattern":"touch"}]}}}""", Token);
        NobodyAnswers();

        Assert.False((await RunAsync("touch a")).IsError);
        Assert.Contains("nobody is connected", (await RunAsync("touch b", """,{"TZ":"UTC"}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_the_older_form_holds_for_nothing()
    {
        await File.WriteAllTextAsync(
            _tools.Approvals.Path,
            """{"version":1,"agents":{"main":{"allowlist":[{"pattern":"/usr/bin/touch","source":"allow-always","argPattern":"sha256:argv:00"},{"pattern":"/usr/bin/touch","source":"allow-always"}]}}}""",
            Token);
        NobodyAnswers();

        Assert.Contains("nobody is connected", (await RunAsync("touch a")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_are_bound_by_the_digest_of_the_original() => Assert.Equal(
        "sha256:cwd-argv:v1:7516d6ebfacdd31735f263eb6593d1e5b08adea77064886c18c75d3f3d037303",
        ExecApprovals.ArgPatternOf(["touch", "a b", "ü"], "/srv/work"));

    [Fact]
    public void Words_are_not_run_together_in_the_digest() => Assert.Equal(
        4,
        new[]
        {
            ExecApprovals.ArgPatternOf(["x", "a", "b"], "/d"),
            ExecApprovals.ArgPatternOf(["x", "a b"], "/d"),
            ExecApprovals.ArgPatternOf(["x", "ab"], "/d"),
            ExecApprovals.ArgPatternOf(["x", "a", "b", ""], "/d"),
        }.Distinct().Count());

    [Theory]
    [InlineData("touch a && 'ls' -l | wc -l; echo hi", "'/usr/bin/touch' a && '/usr/bin/ls' -l | '/usr/bin/wc' -l; echo hi")]
    [InlineData("./x a", "./x a")]
    [InlineData("touch > a", "touch > a")]
    public void Programs_are_started_by_the_path_that_was_judged(string command, string pinned)
    {
        using ExecBinding? binding = ExecBinding.Capture(command, _tools.Root, "/usr/bin:/bin");

        Assert.Equal(pinned, binding!.Pinned());
    }

    [Theory]
    [InlineData("ls", 1, 0)]
    [InlineData("ls -l | head -5 && echo 'a; b'; true", 4, 0)]
    [InlineData("echo \"a; b | c\"", 1, 0)]
    [InlineData("echo $(ls; pwd) `id`", 1, 3)]
    [InlineData("echo \"$(ls | wc)\" > out 2>&1 &", 1, 2)]
    [InlineData("a\nb\n# c; d\n", 2, 0)]
    [InlineData("", 0, 0)]
    [InlineData("'unended", 1, 0)]
    public void Commands_are_counted(string command, int own, int nested) =>
        Assert.Equal((own, nested), new ApprovalRequest { Command = command }.Counts);

    private Task<ToolResult> RunAsync(string command, string env = "") => _tools.CallAsync(
        "exec", $$"""{"command":"{{command}}"{{(env.Length > 0 ? ",\"env\":" + env[1..] : "")}}}""", Token);

    private void Write(string name, string text)
    {
        string path = Path.Combine(_tools.Workspace, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, name.EndsWith(".txt", StringComparison.Ordinal) ? UnixFileMode.UserRead | UnixFileMode.UserWrite : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void NobodyAnswers() => _tools.Gate.HasApprovers = () => false;

    private void Answer(string word) => Answer(_tools, word);

    private static void Answer(ExecFixture tools, string word) => WhileAsked(tools, word, () => { });

    private void WhileAsked(string word, Action change) => WhileAsked(_tools, word, change);

    private static void WhileAsked(ExecFixture tools, string word, Action change)
    {
        tools.Gate.HasApprovers = () => true;
        tools.Gate.Requested = approval =>
        {
            change();
            tools.Gate.Resolve(approval.Id, word, "tester");
        };
    }
}

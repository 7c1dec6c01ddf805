using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

public sealed class ExecToolTests : IAsyncLifetime
{
    private const string Full = """{ tools: { exec: { mode: "full" } } }""";
    private readonly ExecFixture _tools = new(Full, new() { ["OPENCLAW_GATEWAY_TOKEN"] = "very-secret", ["OPENAI_API_KEY"] = "sk-secret", ["LC_ALL"] = "C.UTF-8" });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    [Fact]
    public async Task A_command_runs_in_the_workspace_and_both_streams_come_back_in_order()
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"pwd; echo one; echo two >&2; echo three"}""", Token);

        Assert.False(result.IsError);
        Assert.Equal($"{_tools.Workspace}\none\ntwo\nthree", result.Text);
        Assert.Equal("completed", result.Details!.Value.GetProperty("status").GetString());
        Assert.Empty(_tools.Processes.Of("main"));
    }

    [Fact]
    public async Task An_exit_code_is_told_and_is_no_failure_of_the_tool()
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"echo no; exit 3"}""", Token);

        Assert.Equal("no\n\n(Command exited with code 3)", result.Text);
        Assert.False(result.IsError);
        Assert.Equal(3, result.Details!.Value.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task No_secret_of_the_gateway_reaches_a_command()
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"env","env":{"GREETING":"hi there"}}""", Token);

        Assert.DoesNotContain("secret", result.Text, StringComparison.Ordinal);
        Assert.Contains("GREETING=hi there", result.Text, StringComparison.Ordinal);
        Assert.Contains("LC_ALL=C.UTF-8", result.Text, StringComparison.Ordinal);
        Assert.Contains("OPENCLAW_SHELL=exec", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("LD_PRELOAD")]
    [InlineData("ld_library_path")]
    [InlineData("BASH_ENV")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("OPENCLAW_EXEC_ID")]
    [InlineData("A B")]
    public async Task Variables_that_make_programs_run_other_code_are_refused(string name)
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"echo ran","env":{"NAME":"x"}}""".Replace("NAME", name, StringComparison.Ordinal), Token);

        Assert.True(result.IsError);
        Assert.DoesNotContain("ran", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_is_up_for_the_whole_family_also_for_children_that_left_the_session()
    {
        string pids = Path.Combine(_tools.Workspace, "pids");
        ToolResult result = await _tools.CallAsync(
            "exec",
            """{"command":"trap '' TERM; for i in 1 2 3 4 5 6 7 8; do setsid sh -c 'trap \"\" TERM; echo $$ >> pids; while :; do sleep 1; done' & done; while :; do sleep 1; done","timeoutSeconds":1}""",
            Token);

        Assert.True(result.IsError);
        Assert.StartsWith("Command timed out after 1 seconds", result.Text, StringComparison.Ordinal);
        string[] started = await File.ReadAllLinesAsync(pids, Token);
        Assert.Equal(8, started.Length);
        Assert.DoesNotContain(started, IsAlive);
    }

    [Fact]
    public async Task A_cancelled_call_leaves_nothing_running()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<ToolResult> call = _tools.CallAsync("exec", """{"command":"echo $$ > pid; sleep 60"}""", stop.Token);
        string pid = Path.Combine(_tools.Workspace, "pid");
        await Eventually.HoldsAsync(() => File.Exists(pid) && File.ReadAllText(pid).EndsWith('\n'));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(IsAlive((await File.ReadAllTextAsync(pid, Token)).Trim()));
    }

    [Fact]
    public async Task A_long_command_goes_on_in_the_background_and_process_follows_it()
    {
        ToolResult started = await _tools.CallAsync("exec", """{"command":"read word; echo got $word; read again","background":true}""", Token);
        string id = started.Details!.Value.GetProperty("sessionId").GetString()!;

        ToolResult list = await _tools.CallAsync("process", """{"action":"list"}""", Token);
        ToolResult stranger = await _tools.CallAsync("process", $$"""{"action":"poll","sessionId":"{{id}}"}""", "other", 16_000, Token);
        ToolResult wrote = await _tools.CallAsync("process", $$"""{"action":"write","sessionId":"{{id}}","data":"hello\n"}""", Token);
        await Eventually.HoldsAsync(() => _tools.Processes.Find("main", id)!.Output.Total > 0);
        ToolResult poll = await _tools.CallAsync("process", $$"""{"action":"poll","sessionId":"{{id}}"}""", Token);
        ToolResult again = await _tools.CallAsync("process", $$"""{"action":"poll","sessionId":"{{id}}"}""", Token);
        ToolResult killed = await _tools.CallAsync("process", $$"""{"action":"kill","sessionId":"{{id}}"}""", Token);
        ToolResult removed = await _tools.CallAsync("process", $$"""{"action":"remove","sessionId":"{{id}}"}""", Token);

        Assert.Contains($"Command still running (session {id}", started.Text, StringComparison.Ordinal);
        Assert.Contains($"{id} running", list.Text, StringComparison.Ordinal);
        Assert.True(stranger.IsError);
        Assert.False(wrote.IsError);
        Assert.StartsWith("got hello", poll.Text, StringComparison.Ordinal);
        Assert.StartsWith("(no new output)", again.Text, StringComparison.Ordinal);
        Assert.Equal("killed", killed.Details!.Value.GetProperty("status").GetString());
        Assert.False(removed.IsError);
        Assert.Equal("No running or recent commands.", (await _tools.CallAsync("process", """{"action":"list"}""", Token)).Text);
    }

    [Fact]
    public async Task Ten_megabytes_stay_bounded_in_memory_and_readable_in_pages()
    {
        ToolResult result = await _tools.CallAsync(
            "exec", """{"command":"seq 1 1400000; echo the-end","yieldMs":60000}""", "main", 4000, Token);
        string id = result.Details!.Value.GetProperty("sessionId").GetString()!;
        ToolResult page = await _tools.CallAsync("process", $$"""{"action":"log","sessionId":"{{id}}","offset":700000,"limit":3}""", Token);
        ToolResult tail = await _tools.CallAsync("process", $$"""{"action":"log","sessionId":"{{id}}","limit":2}""", Token);

        Assert.InRange(result.Text.Length, 2000, 4500);
        Assert.StartsWith("1\n2\n3\n", result.Text, StringComparison.Ordinal);
        Assert.EndsWith("the-end", result.Text, StringComparison.Ordinal);
        Assert.StartsWith("700001\n700002\n700003\n[lines 700000-700002 of 1400001", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("1400000\nthe-end\n", tail.Text, StringComparison.Ordinal);
        Assert.InRange(_tools.Processes.Find("main", id)!.Output.Spilled, 9_000_000, OutputLog.SpillBytes);
    }

    [Fact]
    public async Task A_line_without_an_end_is_read_in_pieces()
    {
        ToolResult result = await _tools.CallAsync(
            "exec", """{"command":"head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the-end","yieldMs":60000}""", "main", 4000, Token);
        string id = result.Details!.Value.GetProperty("sessionId").GetString()!;
        long before = GC.GetAllocatedBytesForCurrentThread();
        ToolResult tail = await _tools.CallAsync("process", $$"""{"action":"log","sessionId":"{{id}}","limit":1}""", Token);
        long used = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.StartsWith("the-end\n", tail.Text, StringComparison.Ordinal);
        Assert.InRange(used, 0, 80_000_000);
    }

    [Fact]
    public async Task Endless_output_is_cut_on_disk_too_and_ends_with_its_time()
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"yes 0123456789012345678901234567890123456789","timeoutSeconds":1}""", Token);

        Assert.True(result.IsError);
        string id = result.Details!.Value.GetProperty("sessionId").GetString()!;
        Assert.InRange(_tools.Processes.Find("main", id)!.Output.Spilled, 1, OutputLog.SpillBytes);
        await _tools.Processes.RemoveAsync(_tools.Processes.Find("main", id)!);
        Assert.Empty(Directory.GetFiles(Path.Combine(_tools.Root, "tmp/exec")));
    }

    [Fact]
    public async Task Binary_and_invalid_output_do_no_harm()
    {
        ToolResult binary = await _tools.CallAsync("exec", """{"command":"head -c 5000 /dev/zero"}""", Token);
        ToolResult invalid = await _tools.CallAsync("exec", """{"command":"printf 'caf\\351 \\033[31mred\\033[0m\\n10%%\\r100%%\\n'"}""", Token);

        Assert.StartsWith("[binary output, 5000 bytes", binary.Text, StringComparison.Ordinal);
        Assert.Equal("caf\uFFFD red\n100%", invalid.Text);
    }

    [Fact]
    public async Task A_fork_bomb_meets_a_ceiling_and_is_gone_after_its_time()
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/setpriv"), "needs root, to become nobody");
        HostCommand bomb = new()
        {
            // nobody has no other tasks here, so the ceiling is this family's own
            Text = "exec setpriv --reuid=65534 --clear-groups bash -c 'bomb() { bomb | bomb & }; bomb; wait; sleep 30'",
            Directory = "/",
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            Shell = "/bin/bash",
            MaxTasks = 40,
        };
        ProcessTable table = _tools.Processes;
        ExecSession? session = table.Start(new ExecRequest("main", "agent:main:main", "bomb", "/", TimeSpan.FromSeconds(1)), bomb, out _);
        int most = 0;
        while (!session!.Ended.IsCompleted)
        {
            most = Math.Max(most, TasksOf(65534));
            await Task.WhenAny(session.Ended, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token));
        }

        Assert.InRange(most, 2, 40);
        await Eventually.HoldsAsync(() => TasksOf(65534) == 0);
    }

    [Fact]
    public async Task A_terminal_is_had_when_asked_for()
    {
        ToolResult with = await _tools.CallAsync("exec", """{"command":"test -t 1 && echo terminal","pty":true}""", Token);
        ToolResult without = await _tools.CallAsync("exec", """{"command":"test -t 1 || echo pipe"}""", Token);

        Assert.Equal("terminal", with.Text);
        Assert.Equal("pipe", without.Text);
    }

    [Fact]
    public async Task A_directory_with_a_nul_is_refused()
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"ls","workdir":"a\u0000b"}""", Token);

        Assert.Contains("has a NUL", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_reads_its_input_ends_at_once()
    {
        ToolResult result = await _tools.CallAsync("exec", """{"command":"cat; echo done"}""", Token);

        Assert.Equal("done", result.Text);
    }

    [Fact]
    public async Task Closing_the_table_ends_what_runs()
    {
        await _tools.CallAsync("exec", """{"command":"echo $$ > pid; sleep 60","yieldMs":300}""", Token);
        await _tools.Processes.DisposeAsync();

        Assert.False(IsAlive((await File.ReadAllTextAsync(Path.Combine(_tools.Workspace, "pid"), Token)).Trim()));
        Assert.True((await _tools.CallAsync("exec", """{"command":"true"}""", Token)).IsError);
    }

    private static bool IsAlive(string pid) => File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static int TasksOf(int uid)
    {
        int count = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                count += File.ReadLines(Path.Combine(directory, "status")).Any(line => line.StartsWith($"Uid:\t{uid}\t", StringComparison.Ordinal)) ? 1 : 0;
            }
            catch (IOException)
            {
                // gone meanwhile
            }
        }

        return count;
    }
}

using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Mcp;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

/// <summary>MCP servers that are programs, with everything that such programs get wrong.</summary>
public sealed class McpProgramTests : IAsyncLifetime
{
    private readonly McpFixture _mcp = new(environment: new()
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
        ["OPENCLAW_GATEWAY_TOKEN"] = "very-secret",
        ["OPENAI_API_KEY"] = "sk-secret",
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mcp.DisposeAsync();

    [Fact]
    public async Task A_tool_of_a_program_is_called_with_its_arguments()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, ScriptedMcpProgram.Tool("echo"), ScriptedMcpProgram.OnCall("echo", "text 'it answers'"));
        _mcp.Configure(McpFixture.Of(program));

        Assert.Empty(program.Lines); // nothing is started before somebody may use it
        Assert.Equal(["docs__echo"], await _mcp.NamesAsync());
        ToolResult result = await _mcp.CallAsync("docs__echo", """{"text":"häh"}""");

        Assert.False(result.IsError, result.Text);
        Assert.Contains("it answers", result.Text, StringComparison.Ordinal);
        Assert.Contains(program.Lines, line => line.StartsWith("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"openclaw-edge",""", StringComparison.Ordinal));
        Assert.Contains("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", program.Lines);
        string call = Assert.Single(program.Lines, line => line.Contains("tools/call", StringComparison.Ordinal));
        Assert.Contains("\"name\":\"echo\",\"arguments\":{\"text\":\"h\\u00E4h\"},\"_meta\":{\"progressToken\":3}", call, StringComparison.Ordinal);
        Assert.Single(program.Pids);
    }

    [Fact]
    public async Task The_program_gets_a_minimal_environment_its_own_variables_and_none_that_runs_other_code()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, ScriptedMcpProgram.Tool("env"),
            ScriptedMcpProgram.OnCall("env", "text \"$(env | tr '\\n' ' ') in $(pwd)\""));
        string folder = _mcp.Folder.Subdirectory("work");
        _mcp.Configure(McpFixture.Of(program) with
        {
            Cwd = folder,
            Env = new Dictionary<string, string> { ["API_BASE"] = "here", ["LD_PRELOAD"] = "/evil.so", ["NODE_OPTIONS"] = "--evil", ["OPENCLAW_GATEWAY_TOKEN"] = "evil" },
        });

        ToolResult result = await _mcp.CallAsync("docs__env");

        Assert.Contains("API_BASE=here", result.Text, StringComparison.Ordinal);
        Assert.Contains($"in {folder}", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_among_the_messages_is_ignored()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, ScriptedMcpProgram.Tool("noisy"),
            ScriptedMcpProgram.OnCall("noisy", """echo 'half {"jsonrpc"'; printf '\377\376\000\n'; echo '[1,2'; echo '"text"'; echo '{"jsonrpc":"2.0","id":999,"result":{}}'; text 'through it all'; text 'a second answer'"""),
            start: "echo 'Server is ready!'");
        _mcp.Configure(McpFixture.Of(program));

        Assert.Contains("through it all", (await _mcp.CallAsync("docs__noisy")).Text, StringComparison.Ordinal);
        Assert.Contains("through it all", (await _mcp.CallAsync("docs__noisy")).Text, StringComparison.Ordinal);
        Assert.Single(program.Pids);
    }

    [Fact]
    public async Task Half_letters_and_bytes_that_are_no_text_harm_nobody()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, """{"name":"odd","description":"a \ud800 b","inputSchema":{"type":"object","properties":{"\udfff":{"type":"string","description":"\ud83d\ude00"}}}}""",
            ScriptedMcpProgram.OnCall("odd", """printf '{"jsonrpc":"2.0","method":"\\ud800"}\n{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"half \\ud800 whole \\ud83d\\ude00 bytes \377\376 end"}]}}\n' "$id" """));
        _mcp.Configure(McpFixture.Of(program));

        Assert.Equal(["docs__odd"], await _mcp.NamesAsync());
        ToolResult result = await _mcp.CallAsync("docs__odd");

        Assert.False(result.IsError, result.Text);
        Assert.Contains("half \uFFFD whole \U0001F600 bytes \uFFFD", result.Text, StringComparison.Ordinal);
        Assert.Contains(" end", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_ten_megabytes_fails_its_call_and_nothing_else()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, $"{ScriptedMcpProgram.Tool("huge")},{ScriptedMcpProgram.Tool("small")}",
            ScriptedMcpProgram.OnCall("huge", """printf '{"result":{"content":[{"type":"text","text":"'; head -c 10485760 /dev/zero | tr '\0' 'x'; printf '"}]},"jsonrpc":"2.0","id":%s}\n' "$id" """)
            + ScriptedMcpProgram.OnCall("small", "text 'still here'"));
        _mcp.Configure(McpFixture.Of(program));

        ToolResult huge = await _mcp.CallAsync("docs__huge");
        Assert.True(huge.IsError);
        Assert.Contains("more than 8 MiB", huge.Text, StringComparison.Ordinal);
        Assert.Contains("still here", (await _mcp.CallAsync("docs__small")).Text, StringComparison.Ordinal);
        Assert.Single(program.Pids);
    }

    [Fact]
    public async Task A_program_that_dies_in_a_call_fails_it_with_what_it_said_and_is_started_again()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, $"{ScriptedMcpProgram.Tool("die")},{ScriptedMcpProgram.Tool("live")}",
            ScriptedMcpProgram.OnCall("die", "echo 'out of cheese' >&2; exit 7") + ScriptedMcpProgram.OnCall("live", "text 'alive'"));
        _mcp.Configure(McpFixture.Of(program));

        ToolResult dead = await _mcp.CallAsync("docs__die");
        Assert.True(dead.IsError);
        Assert.Contains("ended with exit code 7. It said: out of cheese", dead.Text, StringComparison.Ordinal);
        Assert.Equal(["docs__die", "docs__live"], await _mcp.NamesAsync()); // what it offers stays known

        ToolResult again = await EventuallyAsync("docs__live");
        Assert.Contains("alive", again.Text, StringComparison.Ordinal);
        Assert.Equal(2, program.Pids.Count);
    }

    [Fact]
    public async Task A_call_that_is_never_answered_ends_in_time_and_the_server_is_told()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("mute"), ScriptedMcpProgram.OnCall("mute", ":"));
        _mcp.Configure(McpFixture.Of(program) with { RequestTimeoutMs = 4_000 });

        ToolResult result = await _mcp.CallAsync("docs__mute");

        Assert.True(result.IsError);
        Assert.Contains("did not answer tools/call within 4 s", result.Text, StringComparison.Ordinal);
        await LineAsync(program, """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3,"reason":"timed out"}}""");
    }

    [Fact]
    public async Task A_call_that_the_person_stops_ends_at_once_and_the_server_is_told()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(_mcp.Folder, ScriptedMcpProgram.Tool("mute"), ScriptedMcpProgram.OnCall("mute", ":"));
        _mcp.Configure(McpFixture.Of(program));
        await _mcp.NamesAsync();
        using CancellationTokenSource stop = new();
        Task<ToolResult> call = _mcp.CallAsync("docs__mute", cancellationToken: stop.Token);
        await LineAsync(program, "tools/call");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await LineAsync(program, "cancelled by the person");
    }

    [Fact]
    public async Task Progress_grants_the_time_anew()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, ScriptedMcpProgram.Tool("slow"),
            ScriptedMcpProgram.OnCall("slow", """for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; printf '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":%s}}\n' "$id" "$i"; done; text 'done at last'"""));
        _mcp.Configure(McpFixture.Of(program) with { RequestTimeoutMs = 8_000 });

        Assert.Contains("done at last", (await _mcp.CallAsync("docs__slow")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_that_change_are_asked_for_anew()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, "",
            """*'"method":"tools/list"'*) if [ -n "$more" ]; then answer '{"tools":[{"name":"first"},{"name":"second"}]}'; else answer '{"tools":[{"name":"first"}]}'; fi ;;""" + "\n"
            + ScriptedMcpProgram.OnCall("first", """more=1; printf '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n'; text 'there are more'"""),
            capabilities: """{"tools":{"listChanged":true}}""");
        _mcp.Configure(McpFixture.Of(program));
        Assert.Equal(["docs__first"], await _mcp.NamesAsync());

        await _mcp.CallAsync("docs__first");

        await Eventually.HoldsAsync(() => _mcp.Registry.All.Count == 2, "the second tool is there");
        Assert.Equal(["docs__first", "docs__second"], await _mcp.NamesAsync());
    }

    [Fact]
    public async Task A_list_in_pages_is_read_to_its_end_and_one_without_an_end_is_left()
    {
        ScriptedMcpProgram pages = ScriptedMcpProgram.Write(
            _mcp.Folder, "",
            """*'"cursor":"two"'*) answer '{"tools":[{"name":"c"}]}' ;;""" + "\n" + """*'"method":"tools/list"'*) answer '{"tools":[{"name":"a"},{"name":"b"}],"nextCursor":"two"}' ;;""");
        ScriptedMcpProgram endless = ScriptedMcpProgram.Write(
            _mcp.Folder, "", """*'"method":"tools/list"'*) n=$((n+1)); answer "{\"tools\":[{\"name\":\"t$n\"}],\"nextCursor\":\"$n\"}" ;;""");
        _mcp.Configure(McpFixture.Of(pages), McpFixture.Of(endless, "endless"));

        string[] names = await _mcp.NamesAsync();

        Assert.Equal(["docs__a", "docs__b", "docs__c"], names.Where(name => name.StartsWith("docs", StringComparison.Ordinal)));
        Assert.Equal(64, names.Count(name => name.StartsWith("endless", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_the_server_asks_is_answered()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, ScriptedMcpProgram.Tool("ask"),
            ScriptedMcpProgram.OnCall("ask", """keep=$id; printf '{"jsonrpc":"2.0","id":"p1","method":"ping"}\n{"jsonrpc":"2.0","id":77,"method":"sampling/createMessage","params":{}}\n' """)
            + """*'"id":77'*) id=$keep; text 'asked' ;;""" + "\n");
        _mcp.Configure(McpFixture.Of(program));

        Assert.Contains("asked", (await _mcp.CallAsync("docs__ask")).Text, StringComparison.Ordinal);
        Assert.Contains("""{"jsonrpc":"2.0","id":"p1","result":{}}""", program.Lines);
        Assert.Contains("""{"jsonrpc":"2.0","id":77,"error":{"code":-32601,"message":"this client does not offer that"}}""", program.Lines);
    }

    [Fact]
    public async Task Resources_and_prompts_have_tools_of_their_own_under_the_same_filter()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, $"{ScriptedMcpProgram.Tool("search_a")},{ScriptedMcpProgram.Tool("search_b")},{ScriptedMcpProgram.Tool("admin_x")}",
            """
            *'"method":"resources/list"'*) answer '{"resources":[{"uri":"note://1","name":"One","mimeType":"text/plain"}]}' ;;
            *'"method":"resources/read"'*'"uri":"note://1"'*) answer '{"contents":[{"uri":"note://1","text":"the note"}]}' ;;
            *'"method":"resources/read"'*) refuse 'no such resource' ;;

            """,
            capabilities: """{"tools":{},"resources":{},"prompts":{"listChanged":true}}""");
        _mcp.Configure(McpFixture.Of(program) with { Include = ["search_*", "resources_*"], Exclude = ["*_b"] });

        Assert.Equal(["docs__resources_list", "docs__resources_read", "docs__search_a"], await _mcp.NamesAsync());
        Assert.Contains("- note://1; text/plain", (await _mcp.CallAsync("docs__resources_list")).Text, StringComparison.Ordinal);
        Assert.Contains("[note://1]\nthe note", (await _mcp.CallAsync("docs__resources_read", """{"uri":"note://1"}""")).Text, StringComparison.Ordinal);
        ToolResult missing = await _mcp.CallAsync("docs__resources_read", """{"uri":"note://2"}""");
        Assert.True(missing.IsError);
        Assert.Equal("docs: no such resource", missing.Text);
    }

    [Theory]
    [InlineData("/nowhere/at/all", null, "is no program that can be run")]
    [InlineData("no-such-program-here", null, "is no program that can be run")]
    [InlineData("/bin/sh", "/nowhere/either", "the directory /nowhere/either does not exist")]
    [InlineData("/bin/false", null, "ended with exit code 1")]
    public async Task What_cannot_be_started_says_why_and_has_no_tools(string command, string? cwd, string expected)
    {
        _mcp.Configure(new McpServerConfig { Name = "docs", Command = command, Cwd = cwd, ConnectionTimeoutMs = 15_000, RequestTimeoutMs = 15_000 });

        Assert.Empty(await _mcp.NamesAsync());
        Assert.Contains(expected, Assert.Single(_mcp.Servers.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_reads_nothing_and_prints_for_ever_is_left_alone_in_time()
    {
        string path = _mcp.Folder.Write("flood.sh", "#!/bin/sh\nexec cat /dev/zero\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _mcp.Configure(new McpServerConfig { Name = "flood", Command = path, ConnectionTimeoutMs = 1_500, RequestTimeoutMs = 1_500 });

        Assert.Empty(await _mcp.NamesAsync());
        Assert.Contains("flood", Assert.Single(_mcp.Servers.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_the_program_and_all_that_it_left()
    {
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            _mcp.Folder, ScriptedMcpProgram.Tool("x"), start: "trap '' TERM\nsh -c 'trap \"\" TERM; echo \"started $$\" >>\"$0\"; while :; do sleep 1; done' 'LOG' &\nsetsid sh -c 'echo \"started $$\" >>\"$0\"; while :; do sleep 1; done' 'LOG' &");
        _mcp.Configure(McpFixture.Of(program));
        await _mcp.NamesAsync();
        await Eventually.HoldsAsync(() => program.Pids.Count == 3, "three processes run");

        _mcp.Configure();
        await Guard.Within(_mcp.Servers.DisposeAsync().AsTask(), limit: TimeSpan.FromSeconds(30));

        await Eventually.HoldsAsync(() => !program.IsRunning, "all are gone");
    }

    // The pause after a crash is real time here; how long it is, another test says.
    private async Task<ToolResult> EventuallyAsync(string tool)
    {
        return await Eventually.IsAsync(
            () => _mcp.CallAsync(tool),
            result =>
            {
                Assert.True(!result.IsError || result.Text.Contains("It is tried again in", StringComparison.Ordinal), result.Text);
                return !result.IsError;
            },
            "an answer");
    }

    private static Task LineAsync(ScriptedMcpProgram program, string part) =>
        Eventually.HoldsAsync(() => program.Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), part);
}

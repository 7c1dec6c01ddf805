using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Mcp;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class McpCommandTests
{
    private const string Config = """
        {
          // kept
          mcp: { servers: {
            docs: { url: 'https://me:pw@mcp.example.com/mcp?key=1', transport: 'http', headers: { Authorization: 'Bearer ${DOCS_TOKEN}' }, toolFilter: { include: ['search_*'] } },
            local: { command: '/bin/sh', args: ['-c', 'x', '--api-key', 'k-1', '--token=t-1'], env: { API_KEY: 'literal' }, enabled: false, requestTimeoutMs: 5000 },
          } },
        }
        """;

    [Fact]
    public async Task Status_says_how_servers_are_reached_without_secrets()
    {
        using CliRun run = With(Config);

        Assert.Equal(0, await run.InvokeAsync("mcp", "status", "--json"));

        JsonElement[] servers = [.. run.Json.GetProperty("servers").EnumerateArray()];
        Assert.Equal(["docs", "local"], servers.Select(server => server.GetProperty("name").GetString()));
        Assert.Equal(("streamable-http", "streamable-http https://mcp.example.com/mcp?***", true, 60000), (
            servers[0].GetProperty("transport").GetString(), servers[0].GetProperty("launch").GetString(), servers[0].GetProperty("enabled").GetBoolean(), servers[0].GetProperty("requestTimeoutMs").GetInt32()));
        Assert.Equal("/bin/sh -c x --api-key *** --token=***", servers[1].GetProperty("launch").GetString());
        Assert.False(servers[1].GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Show_hides_values_and_list_names_all()
    {
        using CliRun run = With(Config);
        Assert.Equal(0, await run.InvokeAsync("mcp", "show", "local"));
        Assert.Equal("__OPENCLAW_REDACTED__", run.Json.GetProperty("env").GetProperty("API_KEY").GetString());

        using CliRun list = With(Config);
        Assert.Equal(0, await list.InvokeAsync("mcp", "list"));
        Assert.Contains("docs   streamable-http  on     streamable-http https://mcp.example.com/mcp", list.Out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("t-1", list.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_says_where_to_look()
    {
        using CliRun run = With(Config);

        Assert.Equal(1, await run.InvokeAsync("mcp", "show", "nothing"));
        Assert.Contains("No MCP server named \"nothing\"", run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_finds_what_cannot_work_and_secrets_in_the_file()
    {
        using CliRun run = With("""
            { mcp: { servers: {
              gone: { command: '/nowhere/program', cwd: '/nowhere' },
              open: { url: 'https://x.example/', sslVerify: false, clientCert: '/no/cert.pem', headers: { Authorization: 'Bearer literal' } },
              fine: { command: 'sh', env: { API_KEY: '${SOME_KEY}' } },
            } } }
            """).With("SOME_KEY", "k").With("PATH", "/usr/bin:/bin");

        Assert.Equal(1, await run.InvokeAsync("mcp", "doctor", "--json"));

        Assert.False(run.Json.GetProperty("ok").GetBoolean());
        Dictionary<string, string[]> issues = run.Json.GetProperty("servers").EnumerateArray().ToDictionary(
            server => server.GetProperty("name").GetString()!,
            server => server.GetProperty("issues").EnumerateArray().Select(issue => $"{issue.GetProperty("level").GetString()}: {issue.GetProperty("message").GetString()}").ToArray());
        Assert.Equal(["error: stdio command not found or not executable: /nowhere/program", "error: stdio cwd does not exist: /nowhere"], issues["gone"]);
        Assert.Equal(
            [
                "warning: TLS certificate verification is disabled", "error: client certificate file does not exist: /no/cert.pem",
                "warning: headers.Authorization contains a literal sensitive value; write ${NAME} and set it in the environment or in .env",
            ],
            issues["open"]);
        Assert.Empty(issues["fine"]);
    }

    [Fact]
    public async Task Probe_connects_and_lists_what_agents_would_get()
    {
        using TempDir folder = new();
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(
            folder, $"{ScriptedMcpProgram.Tool("search_a")},{ScriptedMcpProgram.Tool("admin")}", capabilities: """{"tools":{"listChanged":true},"resources":{}}""");
        using CliRun run = With($$"""{ mcp: { servers: { docs: { command: '{{program.Path}}', toolFilter: { exclude: ['admin', 'resources_*'] } }, bad: { command: '/bin/false' } } } }""")
            .With("PATH", "/usr/bin:/bin");

        Assert.Equal(1, await run.InvokeAsync("mcp", "probe", "--json"));

        JsonElement docs = run.Json.GetProperty("servers").GetProperty("docs");
        Assert.Equal((2, true, true), (docs.GetProperty("tools").GetInt32(), docs.GetProperty("resources").GetBoolean(), docs.GetProperty("listChanged").GetProperty("tools").GetBoolean()));
        Assert.Equal(["docs__search_a"], run.Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()));
        JsonElement wrong = Assert.Single(run.Json.GetProperty("diagnostics").EnumerateArray().ToArray());
        Assert.Equal("bad", wrong.GetProperty("serverName").GetString());
        Assert.Contains("exit code 1", wrong.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(program.IsRunning);
    }

    [Fact]
    public async Task Add_connects_first_and_saves_nothing_that_does_not_work()
    {
        using TempDir folder = new();
        ScriptedMcpProgram program = ScriptedMcpProgram.Write(folder, ScriptedMcpProgram.Tool("x"));
        using CliRun run = With(Config).With("PATH", "/usr/bin:/bin");

        Assert.Equal(1, await run.InvokeAsync("mcp", "add", "bad", "--command", "/bin/false"));
        Assert.Contains("not saved: bad ended with exit code 1", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await run.InvokeAsync("mcp", "add", "docs", "--command", program.Path));
        Assert.Equal(2, await run.InvokeAsync("mcp", "add", "both", "--command", "a", "--url", "http://b"));
        Assert.DoesNotContain("bad", ReadConfig(run), StringComparison.Ordinal);

        Assert.Equal(0, await run.InvokeAsync(
            "mcp", "add", "mine", "--command", program.Path, "--arg", "-y", "--arg", "--flag", "--env", "A=b=c", "--include", "x,y_*", "--connect-timeout", "20"));

        string text = ReadConfig(run);
        Assert.Contains("// kept", text, StringComparison.Ordinal);
        using CliRun show = With(text);
        Assert.Equal(0, await show.InvokeAsync("mcp", "show", "mine"));
        Assert.Equal(
            $$"""{"command":"{{program.Path}}","args":["-y","--flag"],"env":{"A":"__OPENCLAW_REDACTED__"},"toolFilter":{"include":["x","y_*"]},"connectionTimeoutMs":20000}""", Compact(show.Json));
        Assert.Contains("b=c", text, StringComparison.Ordinal);
        Assert.Single(program.Pids);
    }

    [Fact]
    public async Task Set_configure_tools_and_unset_change_one_entry_and_keep_the_rest()
    {
        using CliRun run = With(Config);

        Assert.Equal(0, await run.InvokeAsync("mcp", "set", "new", "{command:'uvx',args:['context7-mcp']}"));
        Assert.Equal(1, await run.InvokeAsync("mcp", "set", "wrong", "{transport:'stdio'}"));
        Assert.Contains("neither a command nor a url", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await run.InvokeAsync("mcp", "configure", "local", "--enable", "--timeout", "20", "--exclude", "admin_*"));
        Assert.Equal(0, await run.InvokeAsync("mcp", "tools", "docs", "--include", "a,b"));
        Assert.Equal(0, await run.InvokeAsync("mcp", "unset", "new"));
        Assert.Equal(1, await run.InvokeAsync("mcp", "unset", "new"));

        Assert.Contains("// kept", ReadConfig(run), StringComparison.Ordinal);
        using CliRun after = With(ReadConfig(run));
        Assert.Equal(0, await after.InvokeAsync("mcp", "status", "--json"));
        JsonElement[] servers = [.. after.Json.GetProperty("servers").EnumerateArray()];
        Assert.Equal(["docs", "local"], servers.Select(server => server.GetProperty("name").GetString()));
        Assert.Equal("""{"include":["a","b"],"exclude":[]}""", Compact(servers[0].GetProperty("toolFilter")));
        Assert.Equal((true, 20_000, """{"include":[],"exclude":["admin_*"]}"""), (
            servers[1].GetProperty("enabled").GetBoolean(), servers[1].GetProperty("requestTimeoutMs").GetInt32(), Compact(servers[1].GetProperty("toolFilter"))));
    }

    private static string Compact(JsonElement element) => element.GetRawText().Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    private static string ReadConfig(CliRun run) => run.Home.Read(".openclaw/openclaw.json");

    private static CliRun With(string config)
    {
        CliRun run = new CliRun().With("DOCS_TOKEN", "t");
        run.Home.Write(".openclaw/openclaw.json", config);
        return run;
    }
}

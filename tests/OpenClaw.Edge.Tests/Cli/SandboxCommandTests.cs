using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Engines;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class SandboxCommandTests : IAsyncDisposable
{
    private readonly TempDir _sockets = new();
    private readonly FakeDockerEngine _engine;

    public SandboxCommandTests() => _engine = FakeDockerEngine.Start(_sockets.PathOf("engine.sock"));

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _sockets.Dispose();
    }

    [Fact]
    public async Task Explain_ranks_what_holds_and_says_why()
    {
        using CliRun run = With("mode: 'non-main'");
        Assert.Equal(0, await run.InvokeAsync("sandbox", "explain"));
        string said = run.Out.ToString();
        Assert.StartsWith("agent:main:main: commands run on this machine, because sandbox.mode is non-main and this is the main session\n", said);
        Assert.Contains("*** holds  network: none but its own loopback\n", said);
        Assert.Contains("*** holds  engine: Docker 99.0 (API 1.41), rootless", said);
        Assert.Contains("*   holds  memory: 1 GB\n", said);
        Assert.True(said.IndexOf("network", StringComparison.Ordinal) < said.IndexOf("root file system", StringComparison.Ordinal));
        Assert.DoesNotContain("refused", said);
    }

    [Fact]
    public async Task Explain_as_json_has_the_originals_members()
    {
        using CliRun run = With("mode: 'all', workspaceAccess: 'ro', docker: { network: 'bridge' }");
        Assert.Equal(0, await run.InvokeAsync("sandbox", "explain", "--session", "telegram:7", "--json"));
        JsonElement sandbox = run.Json.GetProperty("sandbox");
        Assert.Equal("agent:main:telegram:7", run.Json.GetProperty("sessionKey").GetString());
        Assert.Equal(("all", "docker", "/workspace", true), (
            sandbox.GetProperty("mode").GetString(), sandbox.GetProperty("backend").GetString(),
            sandbox.GetProperty("runtimeWorkdir").GetString(), sandbox.GetProperty("sessionIsSandboxed").GetBoolean()));
        Assert.Equal(["/workspace", "/agent"], sandbox.GetProperty("workspaceMounts").EnumerateArray().Select(mount => mount.GetProperty("containerRoot").GetString()));
        Assert.Contains("exec", sandbox.GetProperty("tools").GetProperty("allow").EnumerateArray().Select(tool => tool.GetString()));
        JsonElement network = run.Json.GetProperty("edge").GetProperty("protections").EnumerateArray().First(wall => wall.GetProperty("name").GetString() == "network");
        Assert.Equal(("off", 3), (network.GetProperty("state").GetString(), network.GetProperty("stars").GetInt32()));
        Assert.True(run.Json.GetProperty("edge").GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Doctor_says_that_an_engine_is_roots_and_that_everybody_may_leave()
    {
        _engine.OnCall = (asked, _) => Task.FromResult<(int, string)?>(asked == "GET /info" ? (200, """{"SecurityOptions":["name=seccomp,profile=default"]}""") : null);
        using CliRun run = With("mode: 'all' } } }, tools: { elevated: { allowFrom: { webchat: ['*'] } } }, x: { y: { z: {");
        await run.InvokeAsync("doctor");
        Assert.Contains("the container engine runs as root", run.Out.ToString());
        Assert.Contains("tools.elevated.allowFrom.webchat names everybody", run.Out.ToString());
        using CliRun explain = With("mode: 'all' } } }, tools: { elevated: { allowFrom: { webchat: ['ada'] } } }, x: { y: { z: {");
        await explain.InvokeAsync("sandbox", "explain");
        Assert.Contains("partly engine: Docker 99.0 (API 1.41) runs as root, because it was configured", explain.Out.ToString());
        Assert.Contains("elevated   those of tools.elevated.allowFrom.webchat: their commands leave the sandbox", explain.Out.ToString());
    }

    [Fact]
    public async Task The_browser_image_is_built_by_a_real_engine()
    {
        string socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_ENGINE") ?? "";
        Assert.SkipWhen(socket.Length == 0, "no engine: set OPENCLAW_TEST_ENGINE to a socket of tests/sandbox/engine.sh");
        using CliRun run = new();
        Write(run, "");
        run.With("OPENCLAW_DOCKER_SOCKET", socket);
        Assert.Equal(0, await run.InvokeAsync("sandbox", "build", "--browser"));
        Assert.Contains("Step 1/", run.Error.ToString());
        Assert.Contains("chromium", run.Error.ToString());
        Assert.Contains("openclaw-sandbox-browser:bookworm-slim is built", run.Out.ToString());
    }

    [Fact]
    public async Task A_browser_container_is_not_promised()
    {
        using CliRun run = With("mode: 'all', browser: { enabled: true, cdpPort: 9222, noVncEnabled: true, binds: [] }");
        Assert.Equal(0, await run.InvokeAsync("config", "validate"));
        string said = run.Out.ToString() + run.Error;
        Assert.Contains("no browser container is started by this version", said);
        Assert.DoesNotContain("unknown", said);
        using CliRun explain = With("mode: 'all', browser: { enabled: true }");
        await explain.InvokeAsync("sandbox", "explain");
        Assert.Contains("browser    none: this version starts no browser container", explain.Out.ToString());
    }

    [Theory]
    [InlineData("docker: { binds: ['/run/user/0/docker.sock:/s'], dangerouslyAllowExternalBindSources: true }", "would show /run", "Mount a folder")]
    [InlineData("docker: { image: 'openclaw-sandbox-browser:bookworm-slim' }", "no image openclaw-sandbox-browser", "openclaw sandbox build --browser")]
    [InlineData("backend: 'ssh'", "\"ssh\" is not part of this edition", "bubblewrap")]
    [InlineData("docker: { memory: 'much' }", "'much' is no size", "512m")]
    public async Task Explain_and_doctor_say_why_a_command_would_be_refused_and_what_to_do(string settings, string problem, string fix)
    {
        using CliRun run = With($"mode: 'all', {settings}");
        Assert.Equal(0, await run.InvokeAsync("sandbox", "explain"));
        Assert.Contains("would be refused now: ", run.Out.ToString());
        Assert.Contains(problem, run.Out.ToString());
        Assert.Contains(fix, run.Out.ToString());
        using CliRun doctor = With($"mode: 'all', {settings}");
        await doctor.InvokeAsync("doctor");
        Assert.Contains(problem, doctor.Out.ToString());
    }

    [Fact]
    public async Task A_wrong_mode_stops_the_start_instead_of_switching_the_sandbox_off()
    {
        using CliRun run = With("mode: 'al'");
        Assert.NotEqual(0, await run.InvokeAsync("config", "validate"));
        Assert.Contains("does not start without it", run.Out.ToString() + run.Error);
    }

    [Fact]
    public async Task Exec_runs_inside_and_passes_output_and_exit_code_on()
    {
        using CliRun run = With("");
        _engine.OnExec = exec => new FakeExecAnswer { Output = $"ran {exec.Command}\n", Errors = "noise\n", ExitCode = 5 };
        int code = await run.InvokeAsync("sandbox", "exec", "--", "ls", "it's");
        Assert.True(code == 5, $"{code} {run.Error}");
        Assert.Equal(("ran 'ls' 'it'\\''s'\n", "noise\n"), (run.Out.ToString(), run.Error.ToString()));
        using CliRun json = With("");
        Assert.Equal(5, await json.InvokeAsync("sandbox", "exec", "--json", "--", "true"));
        Assert.Equal((5, "ran true\n", "docker"), (
            json.Json.GetProperty("exitCode").GetInt32(), json.Json.GetProperty("stdout").GetString(), json.Json.GetProperty("backend").GetString()));
    }

    [Fact]
    public async Task List_shows_the_containers_of_this_gateway_and_recreate_removes_them()
    {
        using CliRun first = With("");
        await first.InvokeAsync("sandbox", "exec", "true");
        using CliRun list = Again(first);
        Assert.Equal(0, await list.InvokeAsync("sandbox", "list"));
        Assert.StartsWith("NAME", list.Out.ToString());
        Assert.Contains("agent:main  running  openclaw-sandbox:bookworm-slim", list.Out.ToString());
        using CliRun json = Again(first);
        await json.InvokeAsync("sandbox", "list", "--json");
        Assert.Equal("agent:main", Assert.Single(json.Json.GetProperty("containers").EnumerateArray()).GetProperty("sessionKey").GetString());
        Assert.Equal(0, json.Json.GetProperty("browsers").GetArrayLength());

        using CliRun careful = Again(first);
        Assert.Equal(2, await careful.InvokeAsync("sandbox", "recreate", "--all"));
        Assert.Contains("--force", careful.Error.ToString());
        Assert.Single(_engine.Containers);
        using CliRun two = Again(first);
        Assert.Equal(2, await two.InvokeAsync("sandbox", "recreate", "--all", "--agent", "main"));
        using CliRun recreate = Again(first);
        Assert.Equal(0, await recreate.InvokeAsync("sandbox", "recreate", "--agent", "main", "--force"));
        Assert.Empty(_engine.Containers);
    }

    [Fact]
    public async Task Prune_removes_what_was_not_used_for_long()
    {
        using CliRun first = With("prune: { idleHours: 1 }");
        await first.InvokeAsync("sandbox", "exec", "true");
        using CliRun early = Again(first);
        Assert.Equal(0, await early.InvokeAsync("sandbox", "prune"));
        Assert.Equal("nothing to remove\n", early.Out.ToString());
        ManualTimeProvider later = new(DateTimeOffset.UtcNow.AddHours(2));
        using CliRun dry = Again(first, later);
        await dry.InvokeAsync("sandbox", "prune", "--dry-run");
        Assert.Contains("would be removed", dry.Out.ToString());
        Assert.Single(_engine.Containers);
        using CliRun late = Again(first, later);
        await late.InvokeAsync("sandbox", "prune", "--json");
        Assert.Contains("not used for 1 hours", late.Out.ToString());
        Assert.Empty(_engine.Containers);
    }

    [Fact]
    public async Task Build_makes_the_image_from_its_dockerfile_and_the_plain_one_first()
    {
        _engine.Images.Clear();
        using CliRun run = With("");
        Assert.Equal(0, await run.InvokeAsync("sandbox", "build", "--common"));
        Assert.Contains("Step 1/2", run.Error.ToString());
        Assert.Equal(["openclaw-sandbox-common:bookworm-slim", "openclaw-sandbox:bookworm-slim"], _engine.Images.Keys.Order());
        using CliRun show = With("");
        Assert.Equal(0, await show.InvokeAsync("sandbox", "build", "--browser", "--show"));
        Assert.Contains("chromium", show.Out.ToString());
    }

    [Fact]
    public async Task Without_an_engine_every_command_says_what_to_do()
    {
        await _engine.DisposeAsync();
        foreach (string[] words in (string[][])[["list"], ["prune"], ["build"], ["exec", "true"]])
        {
            using CliRun run = With("backend: 'docker'");
            Assert.Equal(1, await run.InvokeAsync(["sandbox", .. words]));
            Assert.Contains("Start rootless Docker or Podman", run.Error.ToString());
        }
    }

    private CliRun With(string settings)
    {
        CliRun run = new();
        Write(run, settings);
        return run.With("OPENCLAW_DOCKER_SOCKET", _engine.SocketPath);
    }

    private CliRun Again(CliRun first, TimeProvider? clock = null)
    {
        CliRun run = new() { Clock = clock ?? TimeProvider.System };
        return run.With("OPENCLAW_DOCKER_SOCKET", _engine.SocketPath)
            .With("OPENCLAW_STATE_DIR", Path.Combine(first.Home.Root, ".openclaw"));
    }

    private static void Write(CliRun run, string settings)
    {
        string state = Directory.CreateDirectory(Path.Combine(run.Home.Root, ".openclaw")).FullName;
        File.WriteAllText(Path.Combine(state, "openclaw.json"), $$"""{ agents: { defaults: { sandbox: { {{settings}} } } } }""");
    }
}

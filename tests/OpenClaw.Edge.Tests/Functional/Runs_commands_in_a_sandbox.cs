using System.Text.Json;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Engines;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A model asks for commands and files, and the session is sandboxed: nothing of it may happen on the host.</summary>
public sealed class Runs_commands_in_a_sandbox : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TempDir sockets = new();
    private GatewayHome home = null!;
    private RunningGateway? gateway;

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }

        await model.DisposeAsync();
        home.Dispose();
        sockets.Dispose();
    }

    [Fact]
    public async Task Exec_runs_in_the_container_of_the_agent_and_the_model_sees_its_output()
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'all'");
        engine.OnExec = exec => new FakeExecAnswer { Output = $"inside {exec.Workdir}", Errors = " and noise", ExitCode = 3 };
        string result = await ResultOfAsync("main", "exec", """{"command":"touch /tmp/never-on-the-host; id"}""");

        Assert.Contains("inside /workspace and noise", result);
        Assert.Contains("exited with code 3", result);
        Assert.Equal("touch /tmp/never-on-the-host; id", Assert.Single(engine.Execs).Command);
        Assert.StartsWith("openclaw-sbx-agent-main-", Assert.Single(engine.Containers).Key);
        Assert.False(File.Exists("/tmp/never-on-the-host"));
    }

    [Fact]
    public async Task Without_an_engine_the_model_is_told_the_reason_and_the_fix_and_nothing_runs()
    {
        string witness = sockets.PathOf("witness");
        home.AgentDefaults = $"sandbox: {{ mode: 'all', backend: 'docker', docker: {{ socket: '{sockets.PathOf("refusing.sock")}' }} }},";
        home.WriteConfig();
        await File.WriteAllTextAsync(sockets.PathOf("refusing.sock"), "no engine");
        gateway = await RunningGateway.StartAsync(home);
        string result = await ResultOfAsync("main", "exec", $$"""{"command":"touch {{witness}}"}""");

        Assert.Contains("sandbox unavailable: no usable container engine", result);
        Assert.Contains("refusing.sock", result);
        Assert.Contains("Start rootless Docker or Podman", result);
        Assert.False(File.Exists(witness));
    }

    [Theory]
    [InlineData("main", 0)]
    [InlineData("telegram:7", 1)]
    public async Task Under_non_main_only_the_main_session_stays_on_the_host(string session, int containers)
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'non-main'", "tools: { exec: { mode: 'full' } },");
        engine.OnExec = _ => new FakeExecAnswer { Output = "answer 42" };
        string result = await ResultOfAsync(session, "exec", """{"command":"echo answer $((6*7))"}""");

        Assert.Contains("answer 42", result);
        Assert.Equal(containers, engine.Containers.Count);
    }

    [Fact]
    public async Task Files_are_those_of_the_sandbox_and_not_of_the_agent()
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'all'");
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "private.txt"), "the person's own");
        string written = await ResultOfAsync("main", "write", """{"path":"/workspace/note.txt","content":"by the model"}""");
        string read = await ResultOfAsync("main", "read", """{"path":"note.txt"}""");
        string refused = await ResultOfAsync("main", "read", """{"path":"private.txt"}""");

        Assert.Contains("note.txt", written);
        Assert.Contains("by the model", read);
        Assert.DoesNotContain("the person's own", refused);
        string file = Assert.Single(Directory.GetFiles(Path.Combine(home.StateDir, "sandboxes"), "note.txt", SearchOption.AllDirectories));
        Assert.Equal("by the model", await File.ReadAllTextAsync(file));
        Assert.False(File.Exists(Path.Combine(home.Workspace, "note.txt")));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("rw")]
    public async Task Whoever_looks_at_the_files_of_a_session_sees_those_of_its_sandbox(string access)
    {
        await using FakeDockerEngine engine = await StartAsync($"mode: 'all', workspaceAccess: '{access}'");
        await ResultOfAsync("main", "write", """{"path":"/workspace/note.txt","content":"by the model"}""");
        await using GatewayTestClient client = await gateway!.ConnectAsync();
        JsonElement list = await client.CallAsync("sessions.files.list", """{"sessionKey":"main"}""");
        string root = list.GetProperty("root").GetString()!;
        JsonElement file = Assert.Single(list.GetProperty("files").EnumerateArray());
        JsonElement got = (await client.CallAsync("sessions.files.get", """{"sessionKey":"main","path":"/workspace/note.txt"}""")).GetProperty("file");
        await client.CallAsync(
            "sessions.files.set",
            $$"""{"sessionKey":"main","path":"/workspace/note.txt","content":"by a person","expectedHash":"{{got.GetProperty("hash").GetString()}}"}""");

        Assert.Equal(Binds(engine)[0], $"{root}:/workspace:rw");
        Assert.Equal(access == "rw", root == home.Workspace);
        Assert.Equal(("/workspace/note.txt", "note.txt", "modified", false), (
            file.GetProperty("path").GetString(), file.GetProperty("workspacePath").GetString(), file.GetProperty("kind").GetString(), file.GetProperty("missing").GetBoolean()));
        Assert.Contains(list.GetProperty("browser").GetProperty("entries").EnumerateArray(), entry => entry.GetProperty("path").ValueEquals("note.txt"));
        Assert.Equal("by the model", got.GetProperty("content").GetString());
        Assert.Equal("by a person", await File.ReadAllTextAsync(Path.Combine(root, "note.txt")));
        Assert.Contains("by a person", await ResultOfAsync("main", "read", """{"path":"note.txt"}"""));
    }

    [Fact]
    public async Task Read_only_access_shows_the_agents_files_under_agent_and_writes_nothing()
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'all', workspaceAccess: 'ro'");
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "private.txt"), "the person's own");

        Assert.Contains("the person's own", await ResultOfAsync("main", "read", """{"path":"/agent/private.txt"}"""));
        Assert.Contains("read-only", await ResultOfAsync("main", "write", """{"path":"/agent/private.txt","content":"x"}"""));
        Assert.Contains("climbs out", await ResultOfAsync("main", "read", """{"path":"/agent/../openclaw.json"}"""));
        Assert.Contains($"{home.Workspace}:/agent:ro", Binds(engine));
    }

    [Fact]
    public async Task Read_write_access_works_on_the_agents_own_workspace()
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'all', workspaceAccess: 'rw'");
        await ResultOfAsync("main", "write", """{"path":"note.txt","content":"shared"}""");

        Assert.Equal("shared", await File.ReadAllTextAsync(Path.Combine(home.Workspace, "note.txt")));
        Assert.Contains($"{home.Workspace}:/workspace:rw", Binds(engine));
    }

    [Fact]
    public async Task A_background_command_goes_on_in_the_sandbox_and_process_looks_after_it()
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'all'");
        TaskCompletionSource end = new();
        engine.OnExec = exec => exec.Command == "build" ? new FakeExecAnswer { Output = "compiled", Until = end.Task } : null;
        string started = await ResultOfAsync("main", "exec", """{"command":"build","background":true}""");
        string id = started[(started.IndexOf("session ", StringComparison.Ordinal) + 8)..].Split('.', ')', ',', ' ')[0];
        string other = await ResultOfAsync("other", "process", """{"action":"list"}""");
        end.SetResult();
        string polled = await ResultOfAsync("main", "process", $$"""{"action":"poll","sessionId":"{{id}}","timeout":10000}""");

        Assert.Contains("still running", started);
        Assert.Contains("No running or recent commands", other);
        Assert.Contains("compiled", started + polled); // told once, with whichever came after it
        Assert.Contains("exited with code 0", polled);
    }

    [Fact]
    public async Task An_engine_that_dies_mid_command_ends_the_command_and_its_successor_is_found()
    {
        string path = sockets.PathOf("engine.sock");
        await using (FakeDockerEngine engine = await StartAsync("mode: 'all'"))
        {
            engine.OnExec = _ => new FakeExecAnswer { Output = "half", Until = new TaskCompletionSource().Task };
            Task<string> cut = ResultOfAsync("main", "exec", """{"command":"long"}""");
            await Guard.Within(Task.Run(async () =>
            {
                while (engine.Execs.IsEmpty)
                {
                    await Task.Yield();
                }
            }));
            await engine.DisposeAsync();
            Assert.Contains("sandbox unavailable", await cut);
        }

        Assert.Contains("engine.sock", await ResultOfAsync("main", "exec", """{"command":"while away"}"""));
        await using FakeDockerEngine next = FakeDockerEngine.Start(path);
        next.OnExec = _ => new FakeExecAnswer { Output = "back again" };
        Assert.Contains("back again", await ResultOfAsync("main", "exec", """{"command":"after"}"""));
    }

    [Fact]
    public async Task Sandboxed_sessions_have_only_the_tools_that_stay_inside()
    {
        await using FakeDockerEngine engine = await StartAsync("mode: 'all'", "tools: { sandbox: { tools: { deny: ['edit'] } } },");
        string refused = await ResultOfAsync("main", "edit", """{"path":"x","oldText":"a","newText":"b"}""");
        string prompt = model.ChatRequests[^1].BodyText;

        Assert.Contains("there is no tool 'edit'", refused);
        Assert.Contains("/workspace (in a sandbox without network)", prompt);
        Assert.DoesNotContain(home.Workspace, prompt);
        Assert.Empty(engine.Containers);
    }

    [Fact]
    public async Task A_real_engine_runs_the_command_and_shares_the_workspace_with_the_file_tools()
    {
        string socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_ENGINE") ?? "";
        Assert.SkipWhen(socket.Length == 0, "no engine: set OPENCLAW_TEST_ENGINE to a socket of tests/sandbox/engine.sh");
        string root = Directory.CreateDirectory($"/tmp/edge-sbx-{Guid.NewGuid():N}").FullName; // in reach of the engine's user
        home.AgentDefaults = $"sandbox: {{ mode: 'all', workspaceRoot: '{root}', docker: {{ socket: '{socket}', containerPrefix: '{Path.GetFileName(root)}-' }} }},";
        home.WriteConfig();
        gateway = await RunningGateway.StartAsync(home);
        try
        {
            string ran = await ResultOfAsync("main", "exec", """{"command":"hostname; echo made inside > note.txt; cat /proc/1/comm; touch /etc/out"}""");
            Assert.StartsWith("sandbox\n", ran);
            Assert.Contains("Read-only file system", ran);
            Assert.Contains("made inside", await ResultOfAsync("main", "read", """{"path":"/workspace/note.txt"}"""));
        }
        finally
        {
            using DockerEngineClient engine = new(socket, TimeProvider.System);
            foreach (ContainerSummary left in await engine.ListContainersAsync(["openclaw.edge=1"], CancellationToken.None))
            {
                if (left.Name.StartsWith(Path.GetFileName(root), StringComparison.Ordinal))
                {
                    await engine.RemoveContainerAsync(left.Id, CancellationToken.None);
                }
            }

            Directory.Delete(root, recursive: true);
        }
    }

    private static string[] Binds(FakeDockerEngine engine) =>
        [.. Assert.Single(engine.Containers).Value.GetProperty("HostConfig").GetProperty("Binds").EnumerateArray().Select(bind => bind.GetString()!)];

    private async Task<FakeDockerEngine> StartAsync(string sandbox, string more = "")
    {
        FakeDockerEngine engine = FakeDockerEngine.Start(sockets.PathOf("engine.sock"));
        home.AgentDefaults = $"sandbox: {{ {sandbox}, docker: {{ socket: '{engine.SocketPath}' }} }},";
        home.WriteConfig(more);
        gateway = await RunningGateway.StartAsync(home);
        return engine;
    }

    // What the model is told about its call: the last message of its next request.
    private async Task<string> ResultOfAsync(string session, string tool, string arguments)
    {
        model.Enqueue(ModelAnswer.Call(tool, arguments));
        model.Enqueue(ModelAnswer.Say("done"));
        await using GatewayTestClient client = await gateway!.ConnectAsync();
        ChatTurn turn = await client.ChatAsync(session, "go on");
        Assert.Equal("done", turn.Final);
        JsonElement messages = model.ChatRequests[^1].Json.GetProperty("messages");
        return messages[messages.GetArrayLength() - 1].GetProperty("content").GetString()!;
    }
}

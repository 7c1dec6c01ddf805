using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw node run</c> as the hands of a gateway, and the command line from another machine.</summary>
public sealed class Is_a_node : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TempDir far = new();
    private readonly CancellationTokenSource stop = new();
    private readonly StringWriter said = new();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;
    private GatewayTestClient owner = null!;
    private Task<int> node = Task.FromResult(0);
    private Func<StatePaths, Func<ConfigSnapshot>, TimeProvider, INodeWork> open = NodeHome.Open;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
        owner = await gateway.ConnectAsync("operator.admin");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Guard.Within(node, "the node ends", TimeSpan.FromSeconds(10));
        await owner.DisposeAsync();
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
        far.Dispose();
        stop.Dispose();
        await said.DisposeAsync();
    }

    [Fact]
    public async Task It_connects_is_approved_and_runs_commands_and_comes_back()
    {
        far.Write("home/.openclaw/openclaw.json", """{ tools: { exec: { mode: "full" } } }""");
        Start();
        string id = await ApproveAsync();
        JsonElement which = (await gateway.RunAsync(
            "nodes", "invoke", "--node", "attic", "--command", "system.which", "--params", """{"bins":["sh","no-such-thing"]}""")).Ends(0).Json;
        JsonElement ran = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id[..8], "--command", "system.run",
            "--params", """{"command":["printf","%s","it's me"]}""")).Ends(0).Json.GetProperty("payload");
        JsonElement failed = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id, "--command", "system.run", "--params", """{"command":["sh","-c","echo no >&2; exit 3"]}""")).Ends(0).Json.GetProperty("payload");
        JsonElement prepared = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id, "--command", "system.run.prepare",
            "--params", """{"command":["sh","-c","echo hi | cat"],"cwd":"/tmp","agentId":"main","sessionKey":"agent:main:main"}""")).Ends(0).Json.GetProperty("payload");
        string plan = prepared.GetProperty("plan").GetRawText();
        JsonElement planned = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id, "--command", "system.run",
            "--params", $$"""{"command":["sh","-c","echo hi | cat"],"systemRunPlan":{{plan}}}""")).Ends(0).Json.GetProperty("payload");
        CommandRun other = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id, "--command", "system.run", "--params", $$"""{"command":["sh","-c","echo ho"],"systemRunPlan":{{plan}}}""")).Ends(1);
        CommandRun unknown = (await gateway.RunAsync("nodes", "invoke", "--node", id, "--command", "camera.snap")).Ends(1);
        string status = (await gateway.RunAsync("nodes", "status")).Ends(0).Out;

        Assert.EndsWith("/sh", which.GetProperty("payload").GetProperty("bins").GetProperty("sh").GetString(), StringComparison.Ordinal);
        Assert.False(which.GetProperty("payload").GetProperty("bins").TryGetProperty("no-such-thing", out _));
        Assert.Equal("it's me", ran.GetProperty("stdout").GetString());
        Assert.True(ran.GetProperty("success").GetBoolean());
        Assert.Equal(3, failed.GetProperty("exitCode").GetInt32());
        Assert.Equal("no", failed.GetProperty("stdout").GetString());
        using JsonDocument expected = JsonDocument.Parse(
            """{"argv":["sh","-c","echo hi | cat"],"cwd":"/tmp","commandText":"echo hi | cat","commandPreview":null,"agentId":"main","sessionKey":"agent:main:main"}""");
        Assert.True(JsonElement.DeepEquals(expected.RootElement, prepared.GetProperty("plan")), plan);
        Assert.Equal(("full", "off"), (
            prepared.GetProperty("execPolicy").GetProperty("security").GetString(), prepared.GetProperty("execPolicy").GetProperty("ask").GetString()));
        Assert.Equal("hi", planned.GetProperty("stdout").GetString());
        Assert.Contains("not the one of its approved plan", other.Error, StringComparison.Ordinal);
        Assert.Contains("camera.snap", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("attic", status, StringComparison.Ordinal);
        Assert.Contains("connected", status, StringComparison.Ordinal);

        JsonElement stats = default;
        await Eventually.HoldsAsync(async () =>
            (await owner.CallAsync("node.describe", $$"""{"nodeId":"{{id}}"}""")).TryGetProperty("hostStats", out stats));
        Assert.Equal(Environment.ProcessorCount, stats.GetProperty("cpuCount").GetInt32());
        Assert.InRange(stats.GetProperty("memoryFreeBytes").GetInt64(), 0, stats.GetProperty("memoryTotalBytes").GetInt64());

        long before = (await owner.CallAsync("node.describe", $$"""{"nodeId":"{{id}}"}""")).GetProperty("connectedAtMs").GetInt64();
        await owner.CallAsync("device.token.rotate", $$"""{"deviceId":"{{id}}","role":"node"}"""); // ends its connection
        await Eventually.HoldsAsync(async () =>
            await owner.CallAsync("node.describe", $$"""{"nodeId":"{{id}}"}""") is var now && now.GetProperty("connected").GetBoolean() && now.GetProperty("connectedAtMs").GetInt64() != before);
        Assert.Equal(0, (await gateway.RunAsync("nodes", "invoke", "--node", id, "--command", "system.which")).Exit);
    }

    [Fact]
    public async Task Its_rules_for_commands_are_its_own_unless_it_offers_them()
    {
        Start();
        string id = await ApproveAsync();
        const string Rules = """{"version":1,"defaults":{"security":"full","ask":"off"},"agents":{}}""";
        foreach (string call in (string[])["get", "set"])
        {
            string more = call == "set" ? $",\"file\":{Rules}" : "";
            string refused = (await Assert.ThrowsAsync<GatewayCallException>(
                () => owner.CallAsync($"exec.approvals.node.{call}", $$"""{"nodeId":"{{id}}"{{more}}}"""))).Message;
            Assert.Contains($"node command not allowed: system.execApprovals.{call} (command not declared by node)", refused, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(far.PathOf("home/.openclaw/exec-approvals.json")));
    }

    [Fact]
    public async Task Its_rules_for_commands_are_read_and_changed_from_the_gateway()
    {
        Assert.Equal("NOT_CONNECTED: node not connected", (await Assert.ThrowsAsync<GatewayCallException>(
            () => owner.CallAsync("exec.approvals.node.get", """{"nodeId":"nobody"}"""))).Message.Replace("UNAVAILABLE: ", "", StringComparison.Ordinal));
        Start("--commands", "system.run,system.execApprovals.get,system.execApprovals.set");
        string id = await ApproveAsync();
        JsonElement fresh = await owner.CallAsync("exec.approvals.node.get", $$"""{"nodeId":"{{id}}"}""");
        Assert.False(fresh.GetProperty("exists").GetBoolean());
        Assert.Equal(far.PathOf("home/.openclaw/exec-approvals.json"), fresh.GetProperty("path").GetString());
        const string File = """{"version":1,"defaults":{"security":"full","ask":"off"},"agents":{}}""";
        JsonElement set = await owner.CallAsync("exec.approvals.node.set", $$"""{"nodeId":"{{id}}","file":{{File}},"baseHash":"{{fresh.GetProperty("hash").GetString()}}"}""");
        JsonElement again = await owner.CallAsync("exec.approvals.node.get", $$"""{"nodeId":"{{id}}"}""");
        string stale = (await Assert.ThrowsAsync<GatewayCallException>(
            () => owner.CallAsync("exec.approvals.node.set", $$"""{"nodeId":"{{id}}","file":{{File}},"baseHash":"00"}"""))).Message;
        await using GatewayTestClient writer = await gateway.ConnectAsync("operator.read", "operator.write");
        string refused = (await Assert.ThrowsAsync<GatewayCallException>(() => writer.CallAsync("exec.approvals.node.get", $$"""{"nodeId":"{{id}}"}"""))).Message;

        Assert.Equal("full", set.GetProperty("file").GetProperty("defaults").GetProperty("security").GetString());
        Assert.True(again.GetProperty("exists").GetBoolean());
        Assert.Equal(set.GetProperty("hash").GetString(), again.GetProperty("hash").GetString());
        Assert.Contains("changed since last load", stale, StringComparison.Ordinal);
        Assert.Contains("missing scope: operator.admin", refused, StringComparison.Ordinal);
        Assert.Contains("exactly one schema", (await Assert.ThrowsAsync<GatewayCallException>(
            () => owner.CallAsync("exec.approvals.node.set", $$"""{"nodeId":"{{id}}"}"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_the_hands_of_a_session_that_is_bound_to_it()
    {
        far.Write("home/.openclaw/openclaw.json", """{ tools: { exec: { mode: "full" } } }""");
        Start();
        await ApproveAsync();
        string key = (await owner.CallAsync("sessions.create", """{"execNode":"attic","incognito":true,"permissionMode":"full"}""")).GetProperty("key").GetString()!;
        string word = $"word{Guid.NewGuid():N}";
        model.Enqueue(ModelAnswer.Call("exec", $$"""{"command":"echo made > it && echo {{word}} && pwd"}"""));
        model.Enqueue(ModelAnswer.Say("done"));
        await owner.ChatAsync(key, "go on");

        Assert.Equal("made\n", far.Read("home/it"));
        Assert.Contains(word, System.Text.Encoding.UTF8.GetString(model.ChatRequests[^1].Body.Span), StringComparison.Ordinal);
        foreach (string path in Directory.EnumerateFiles(far.PathOf("home/.openclaw"), "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(file, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(word, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal); // the session is incognito there, too
        }
    }

    [Fact]
    public async Task It_decides_by_its_own_approvals()
    {
        far.Write("home/.openclaw/openclaw.json", """{ tools: { exec: { mode: "allowlist" } } }""");
        Start();
        string id = await ApproveAsync();
        CommandRun denied = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id, "--command", "system.run", "--params", """{"command":["touch","x"]}""")).Ends(1);

        Assert.Contains("SYSTEM_RUN_DENIED", denied.Error, StringComparison.Ordinal);
        Assert.Contains("not on the allowlist", denied.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(far.PathOf("home/x")));
    }

    [Fact]
    public async Task What_breaks_in_it_is_answered()
    {
        open = static (_, _, _) => new BrokenWork();
        Start();
        string id = await ApproveAsync();
        CommandRun broken = (await gateway.RunAsync(
            "nodes", "invoke", "--node", id, "--command", "system.run", "--params", """{"command":["ls"]}""")).Ends(1);

        Assert.Contains("the disk is full", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_is_wrong_with_its_command_line()
    {
        Dictionary<string, string> variables = new() { ["HOME"] = far.Subdirectory("home") };
        Assert.Contains("setup code", (await CommandRun.OfAsync(variables, ["node", "run", "--pair", "nonsense"])).Ends(2).Error, StringComparison.Ordinal);
        Assert.Contains("fs.read", (await CommandRun.OfAsync(variables, ["node", "run", "--host", "127.0.0.1", "--commands", "fs.read"])).Ends(2).Error, StringComparison.Ordinal);
        CommandRun first = (await CommandRun.OfAsync(variables, ["node", "identity"])).Ends(0);
        CommandRun again = (await CommandRun.OfAsync(variables, ["node", "identity"])).Ends(0);

        Assert.Matches("^device id   [0-9a-f]{64}\n", first.Out);
        Assert.Equal(first.Out, again.Out);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(far.PathOf("home/.openclaw/identity/device.key")));
    }

    [Fact]
    public async Task A_command_line_on_another_machine_is_paired_once_and_then_has_its_scopes()
    {
        string? address = NetworkInterface.GetAllNetworkInterfaces().Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
            .FirstOrDefault(ip => ip.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(ip))?.ToString();
        Assert.SkipWhen(address is null, "this machine has no address beside loopback");
        using GatewayHome wide = new(model.BaseUri);
        wide.WriteConfig(wide.Gateway("""bind: "lan" """));
        await using RunningGateway open = await RunningGateway.StartAsync(wide);
        Dictionary<string, string> variables = new() { ["HOME"] = far.Subdirectory("home") };
        string[] there = ["--url", $"ws://{address}:{open.BaseUri.Port}"];
        string[] ask = ["sessions", "list", .. there, "--token", wide.Token];
        CommandRun waits = (await CommandRun.OfAsync(variables, ask)).Ends(4);
        string request = waits.Error.Split("openclaw devices approve ")[1].Split(')')[0];
        (await open.RunAsync("devices", "approve", request)).Ends(0);
        (await CommandRun.OfAsync(variables, ask)).Ends(0);
        (await CommandRun.OfAsync(variables, ["sessions", "list", .. there])).Ends(0); // with the token that it was given
        string probe = (await CommandRun.OfAsync(variables, ["gateway", "probe", .. there, "--json"])).Ends(0).Out;

        Assert.Contains("\"degraded\": false", probe, StringComparison.Ordinal);
    }

    private void Start(params string[] more)
    {
        Uri at = gateway.BaseUri;
        CliWorld world = new()
        {
            Terminal = new CliTerminal { Out = said, Error = said, In = new StringReader("") },
            Clock = TimeProvider.System,
            Environment = new ProcessEnvironment(
                new Dictionary<string, string> { ["HOME"] = far.Subdirectory("home"), ["PATH"] = "/usr/bin:/bin" }, far.Subdirectory("home")),
            OpenNode = open,
            RunGateway = (_, _) => throw new NotSupportedException("no gateway here"),
        };
        node = CommandLine.InvokeAsync(
            ["node", "run", "--host", "127.0.0.1", "--port", $"{at.Port}", "--token", home.Token, "--display-name", "attic", .. more], world, stop.Token);
    }

    private async Task<string> ApproveAsync()
    {
        JsonElement asked = (await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"))).GetProperty("payload");
        Assert.Contains("system.run", (await gateway.RunAsync("nodes", "pending")).Ends(0).Out, StringComparison.Ordinal);
        (await gateway.RunAsync("nodes", "approve", asked.GetProperty("requestId").GetString()!)).Ends(0);
        return asked.GetProperty("nodeId").GetString()!;
    }

    private sealed class BrokenWork : INodeWork
    {
        public IReadOnlyList<string> Commands => ["system.run"];

        public IReadOnlyList<string> Offered => Commands;

        public void WriteHostStats(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }

        public Task<NodeReply> InvokeAsync(string command, JsonElement parameters, int? timeoutMs, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the disk is full");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

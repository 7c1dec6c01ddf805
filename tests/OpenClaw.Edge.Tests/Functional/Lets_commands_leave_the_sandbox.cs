using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Engines;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Elevated: a sandboxed session's commands run on this machine for senders who may, under this machine's own rules, and for
/// nobody else.</summary>
public sealed class Lets_commands_leave_the_sandbox : IAsyncLifetime
{
    private const string Allowed = "tools: { exec: { mode: 'full' }, elevated: { allowFrom: { webchat: ['*'] } } },";
    private const string Nobody = "tools: { exec: { mode: 'full' } },";

    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TempDir dir = new();
    private GatewayHome home = null!;
    private FakeDockerEngine engine = null!;
    private RunningGateway? gateway;

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        engine = FakeDockerEngine.Start(dir.PathOf("engine.sock"));
        engine.OnExec = _ => new FakeExecAnswer { Output = "inside" };
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }

        await engine.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
        dir.Dispose();
    }

    [Theory]
    [InlineData(Nobody, "on", "", "inside")] // nobody is named
    [InlineData(Allowed, "off", "", "inside")]
    [InlineData(Allowed, "on", "", "outside")]
    [InlineData(Allowed, "full", "", "outside")]
    [InlineData(Allowed, "on", ",\"host\":\"sandbox\"", "inside")]
    [InlineData(Allowed, "off", ",\"host\":\"gateway\"", "outside")] // the model asks, and may
    [InlineData(Nobody, "off", ",\"host\":\"gateway\"", "may not leave it: tools.elevated.allowFrom.webchat does not name")]
    public async Task A_command_runs_where_gates_level_and_model_say(string tools, string level, string more, string expected)
    {
        await StartAsync(tools, level);
        string result = await RunAsync("hello", "echo outside", more);
        Assert.Contains(expected, result);
        Assert.Equal(expected == "inside" ? 1 : 0, engine.Execs.Count);
    }

    [Fact]
    public async Task Outside_it_works_on_the_files_of_the_sandbox_under_the_names_that_it_knows()
    {
        await StartAsync(Allowed, "on");
        Assert.Contains("sandboxes", await RunAsync("hello", "mkdir -p sub && echo made > sub/note && pwd"));
        Assert.Contains("in a sandbox without network); exec runs outside it", model.ChatRequests[^1].BodyText);
        Assert.Contains("made", await RunAsync("hello", "cat note", ",\"workdir\":\"/workspace/sub\""));
        Assert.Single(Directory.GetFiles(Path.Combine(home.StateDir, "sandboxes"), "note", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_machines_own_rules_hold_outside()
    {
        await StartAsync("tools: { exec: { mode: 'deny' }, elevated: { allowFrom: { webchat: ['*'] } } },", "full");
        string witness = dir.PathOf("witness");
        Assert.Contains("exec denied", await RunAsync("hello", $"touch {witness}"));
        Assert.False(File.Exists(witness));
        Assert.Empty(engine.Execs);
    }

    [Fact]
    public async Task A_command_in_chat_chooses_for_the_session_and_a_word_in_a_message_for_that_message()
    {
        await StartAsync(Allowed, "off");
        Assert.Contains("inside", await RunAsync("hello", "echo outside"));
        Assert.Contains("outside", await RunAsync("/elevated on do it", "echo outside"));
        Assert.Contains("inside", await RunAsync("hello", "echo outside"));

        await using GatewayTestClient client = await gateway!.ConnectAsync();
        Assert.Contains("Elevated mode set to ask", (await client.ChatAsync("main", "/elev ask")).Final);
        Assert.Contains("outside", await RunAsync("hello", "echo outside"));
        Assert.Contains("Current elevated level: ask", (await client.ChatAsync("main", "/elevated")).Final);
        Assert.Contains("Valid levels", (await client.ChatAsync("main", "/elevated sometimes")).Final);
        Assert.Contains("disabled", (await client.ChatAsync("main", "/elevated off")).Final);
        Assert.Contains("inside", await RunAsync("hello", "echo outside"));
    }

    [Fact]
    public async Task A_client_without_administrators_rights_may_neither_choose_nor_leave()
    {
        await StartAsync(Allowed, "on");
        await using GatewayTestClient writer = await gateway!.ConnectAsync("operator.read", "operator.write");
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => writer.ChatAsync("main", "/elevated full"));
        Assert.Contains("operator.admin", refused.Message);
        model.Enqueue(ModelAnswer.Call("exec", """{"command":"echo outside"}"""));
        model.Enqueue(ModelAnswer.Say("done"));
        Assert.Equal("done", (await writer.ChatAsync("main", "hello")).Final);
        Assert.Single(engine.Execs);
    }

    private async Task StartAsync(string tools, string level)
    {
        home.AgentDefaults = $"elevatedDefault: '{level}', sandbox: {{ mode: 'all', docker: {{ socket: '{engine.SocketPath}' }} }},";
        home.WriteConfig(tools);
        gateway = await RunningGateway.StartAsync(home);
    }

    // What the model is told about its command: the last message of its next request.
    private async Task<string> RunAsync(string message, string command, string more = "")
    {
        model.Enqueue(ModelAnswer.Call("exec", $$"""{"command":"{{command}}"{{more}}}"""));
        model.Enqueue(ModelAnswer.Say("done"));
        await using GatewayTestClient client = await gateway!.ConnectAsync();
        Assert.Equal("done", (await client.ChatAsync("main", message)).Final);
        JsonElement messages = model.ChatRequests[^1].Json.GetProperty("messages");
        return messages[messages.GetArrayLength() - 1].GetProperty("content").GetString()!;
    }
}

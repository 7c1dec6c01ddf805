using System.Diagnostics;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A model floods and bombs its sandbox: the gateway answers meanwhile and keeps none of it. In containers of the
/// engine whose socket is in OPENCLAW_TEST_ENGINE.</summary>
public sealed class Stays_up_under_attack
{
    private const long MostMemory = 48L << 20; // Source: docs/budgets.md, with 128 live streams
    private static readonly TimeSpan SlowestAnswer = TimeSpan.FromSeconds(3); // the attacks and the engine share two processors with it

    [Fact]
    public async Task A_gigabyte_of_output_bombs_and_endless_commands_leave_it_answering_within_its_memory()
    {
        string socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_ENGINE") ?? "";
        Assert.SkipWhen(socket.Length == 0, "no engine: set OPENCLAW_TEST_ENGINE to a socket of tests/sandbox/engine.sh");
        string root = Directory.CreateDirectory($"/tmp/edge-sbx-{Guid.NewGuid():N}").FullName; // in reach of the engine's user
        string[] attacks =
        [
            "dd if=/dev/zero bs=1M count=1024 2>/dev/null", "b() { b | b & }; b; sleep 30", "dd if=/dev/zero of=/dev/null bs=1500M count=1",
            "while :; do :; done", "dd if=/dev/zero of=/tmp/big bs=1M count=4096; rm -f /tmp/big",
        ];
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri)
        {
            AgentDefaults = $"sandbox: {{ mode: 'all', scope: 'session', workspaceRoot: '{root}', docker: {{ socket: '{socket}', containerPrefix: '{Path.GetFileName(root)}-' }} }},",
        };
        home.WriteConfig();
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        try
        {
            using CancellationTokenSource stop = new();
            Task<TimeSpan> asking = AskAsync(gateway, stop.Token);
            foreach ((int i, string attack) in attacks.Index())
            {
                model.Enqueue(ModelAnswer.Call("exec", $$"""{"command":"{{attack}}","timeoutSeconds":8}"""));
                model.Enqueue(ModelAnswer.Say("done"));
                await using GatewayTestClient client = await gateway.ConnectAsync();
                Assert.Equal("done", (await client.ChatAsync($"attack{i}", "go on")).Final);
            }

            await stop.CancelAsync();
            TimeSpan slowest = await asking;
            long memory = gateway.SettledMemory();
            TestContext.Current.TestOutputHelper!.WriteLine($"slowest answer {slowest.TotalMilliseconds:0} ms; memory {memory >> 20} MB ({(RunningGateway.Binary is null ? "of the test" : "of the gateway")})");
            Assert.InRange(slowest, TimeSpan.Zero, SlowestAnswer);
            Assert.InRange(memory, 0, RunningGateway.Binary is null ? 2 * MostMemory : MostMemory);
        }
        finally
        {
            using DockerEngineClient engine = new(socket, TimeProvider.System);
            foreach (ContainerSummary left in await engine.ListContainersAsync([$"openclaw.edge.stateDir={home.StateDir}"], CancellationToken.None))
            {
                await engine.RemoveContainerAsync(left.Id, CancellationToken.None);
            }

            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<TimeSpan> AskAsync(RunningGateway gateway, CancellationToken stop)
    {
        TimeSpan slowest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            (int status, _) = await gateway.JsonAsync(HttpMethod.Get, "/readyz");
            Assert.Equal(200, status);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop));
        }

        return slowest;
    }
}

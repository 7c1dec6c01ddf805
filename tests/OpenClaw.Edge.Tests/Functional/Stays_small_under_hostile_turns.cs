using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Fuzz;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>What hostile output leaves in memory. Of the whole process `bash bench/run.sh --only hostile` tells the peak.</summary>
[Collection(Alone.Name)]
public sealed class Stays_small_under_hostile_turns
{
    [Fact]
    public async Task Of_two_hundred_megabytes_of_output_little_is_kept()
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri, "tools: { exec: { mode: 'full' } },");
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await RunAsync(model, client, "first", 1); // what is made once
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await RunAsync(model, client, "talk", 20);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 40_000_000); // of 200 MB that came
    }

    private static async Task RunAsync(ScriptedModelServer model, GatewayTestClient client, string name, int turns)
    {
        string[] commands = ["yes | head -c 10000000", "head -c 10000000 /dev/urandom", "head -c 10000000 /dev/zero"];
        for (int i = 0; i < turns; i++)
        {
            model.Enqueue(ModelAnswer.Call("exec", $$"""{"command":"{{commands[i % commands.Length]}}","yieldMs":60000}"""), ModelAnswer.Say("Much."));
            Assert.Equal("Much.", (await client.ChatAsync($"{name}-{i}", "run")).Final);
        }
    }
}

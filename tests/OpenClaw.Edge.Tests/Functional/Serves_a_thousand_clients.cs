using System.Globalization;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Fuzz;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A thousand clients, a hundred of which follow one turn; some stop reading in every other turn and cost the others nothing.</summary>
[Collection(Alone.Name)]
public sealed class Serves_a_thousand_clients : IAsyncLifetime
{
    private const int Clients = 1000;
    private const int Followers = 100;
    private const int Stopping = 8; // one would be lost in the noise of the memory's measure
    private const int Rounds = 3;
    private const int AtOnce = 24; // strangers of one address: 32
    private const double MaxDelayMs = 5;
    private const long MaxBytesEach = 1024 * 1024;

    private readonly List<CrowdMember> members = [];
    private ScriptedModelServer model = null!;
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        model = ScriptedModelServer.Start();
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (CrowdMember member in members)
        {
            await member.DisposeAsync();
        }

        await gateway.DisposeAsync();
        home.Dispose();
        await model.DisposeAsync();
    }

    [Fact]
    public async Task Everyone_gets_every_frame_in_order_and_who_stops_reading_costs_the_others_nothing()
    {
        await ConnectAsync();
        CrowdMember[] readers = [.. members.Take(Followers - Stopping)];
        CrowdMember[] stopping = [.. members.Skip(Followers - Stopping).Take(Stopping)];
        await TurnAsync(readers, stopping, stop: false); // warms up
        List<(double Median, double P90, long Memory)> reading = [];
        List<(double Median, double P90, long Memory)> stopped = [];
        for (int round = 0; round < Rounds; round++)
        {
            reading.Add(await TurnAsync(readers, stopping, stop: false));
            stopped.Add(await TurnAsync(readers, stopping, stop: true));
        }

        double late = stopped.Min(turn => turn.Median) - reading.Min(turn => turn.Median);
        double late90 = stopped.Min(turn => turn.P90) - reading.Min(turn => turn.P90);
        long bytes = (stopped.Min(turn => turn.Memory) - reading.Min(turn => turn.Memory)) / Stopping;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reading: median {reading.Min(turn => turn.Median):0.00} p90 {reading.Min(turn => turn.P90):0.00} ms; {Stopping} stopped: +{late:0.00}, +{late90:0.00} ms, {bytes / 1024} KB each"));
        Assert.All(members, member => Assert.Null(member.Problem));
        // What turns differ by when everybody reads is the machine's noise and the step's.
        Assert.True(late <= MaxDelayMs + Spread([.. reading.Select(turn => turn.Median)]), $"the others are {late:0.0} ms later");
        Assert.True(late90 <= MaxDelayMs + reading.Min(turn => turn.P90) + Spread([.. reading.Select(turn => turn.P90)]), $"the others are {late90:0.0} ms later at p90");
        Assert.True(bytes <= MaxBytesEach, $"each client that does not read holds {bytes} bytes");
        Assert.All(members.Skip(Followers), member => Assert.InRange(member.Frames, 2, 400)); // challenge, answers, ticks; no turn
    }

    private static double Spread(double[] values) => values.Max() - values.Min();

    // With a client that is gone afterwards, because it remembers all that it hears.
    private async Task AskAsync(string session, string message)
    {
        await using GatewayTestClient asker = await gateway.ConnectAsync();
        Assert.Equal("final", (await asker.ChatAsync(session, message)).State);
    }

    private async Task ConnectAsync()
    {
        using SemaphoreSlim places = new(AtOnce);
        members.AddRange(await Task.WhenAll(Enumerable.Range(0, Clients).Select(async index =>
        {
            await places.WaitAsync();
            try
            {
                bool stops = index is >= Followers - Stopping and < Followers;
                return await CrowdMember.ConnectAsync(gateway.BaseUri, home.Token, index < Followers ? "agent:main:crowd" : null, stops, stops ? 4096 : 0);
            }
            finally
            {
                places.Release();
            }
        })));
    }

    private async Task<(double Median, double P90, long Memory)> TurnAsync(
        CrowdMember[] readers, CrowdMember[] stopping, bool stop)
    {
        foreach (CrowdMember member in readers.Concat(stopping))
        {
            member.Begin();
        }

        if (stop)
        {
            Array.ForEach(stopping, member => member.Stop());
        }

        // Fills what the system keeps for those who do not read, which is up to 4 MiB; those who read are through with it.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AskAsync($"agent:main:flood-{Guid.NewGuid()}", "[tokens:20000] [tps:10000] flood")));
        await AskAsync("agent:main:crowd", "[tokens:240] [tps:120] [stamp] go");
        await Guard.Within(Task.WhenAll(readers.Select(reader => reader.TurnEnded)), "the turn's end at every reader");
        long memory = gateway.SettledMemory();
        double[] delays = [.. readers.SelectMany(reader => reader.Delays()).Order()];
        Array.ForEach(stopping, member => member.GoOn());
        await Guard.Within(Task.WhenAll(stopping.Select(member => member.TurnEnded)), "the turn's end at those who go on");
        if (stop)
        {
            int pieces = readers.Min(reader => reader.Delays().Length);
            Assert.All(stopping, member => Assert.InRange(member.Delays().Length, 1, pieces - 1)); // what waited was merged
        }

        return (delays[delays.Length / 2], delays[delays.Length * 9 / 10], memory);
    }
}

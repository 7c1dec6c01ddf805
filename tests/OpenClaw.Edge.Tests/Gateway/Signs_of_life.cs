using System.Text;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Pings, pongs, ticks and deadlines, on a clock that the test moves.</summary>
public sealed class Signs_of_life : IAsyncLifetime
{
    private readonly ManualTimeProvider clock = new();
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home, clock: clock);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_a_ping_is_cut()
    {
        using RawSocket peer = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);

        clock.Advance(TimeSpan.FromSeconds(25));
        (int ping, _) = await peer.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(25));
        int end;
        do
        {
            (end, _) = await peer.ReadAsync(); // the tick of 30 s may still come
        }
        while (end == 1);

        Assert.Equal((9, -1), (ping, end));
    }

    [Fact]
    public async Task A_pong_keeps_the_connection()
    {
        using RawSocket peer = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        for (int round = 0; round < 4; round++)
        {
            clock.Advance(TimeSpan.FromSeconds(25));
            int opcode;
            do
            {
                (opcode, _) = await peer.ReadAsync();
            }
            while (opcode == 1);

            Assert.Equal(9, opcode);
            await peer.SendAsync(10, []);
            await peer.CallAsync("last-heartbeat"); // answered: so the pong before it was read
        }
    }

    [Fact]
    public async Task A_tick_comes_every_thirty_seconds()
    {
        using RawSocket peer = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        List<long> ticks = [];
        for (int round = 0; round < 3; round++)
        {
            clock.Advance(TimeSpan.FromSeconds(15));
            await peer.CallAsync("last-heartbeat");
            clock.Advance(TimeSpan.FromSeconds(15));
            ticks.Add((await peer.NextAsync("tick")).GetProperty("payload").GetProperty("ts").GetInt64());
            await peer.CallAsync("last-heartbeat");
        }

        Assert.Equal([30_000, 30_000], [ticks[1] - ticks[0], ticks[2] - ticks[1]]);
    }

    [Fact]
    public async Task A_report_of_health_comes_every_minute()
    {
        using RawSocket peer = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        List<long> reports = [];
        for (int round = 0; round < 3; round++)
        {
            for (int quarter = 0; quarter < 3; quarter++)
            {
                clock.Advance(TimeSpan.FromSeconds(15));
                await peer.CallAsync("last-heartbeat"); // a sign of life
            }

            clock.Advance(TimeSpan.FromSeconds(15));
            reports.Add((await peer.NextAsync("health")).GetProperty("payload").GetProperty("ts").GetInt64());
            await peer.CallAsync("last-heartbeat");
        }

        Assert.Equal([60_000, 60_000], [reports[1] - reports[0], reports[2] - reports[1]]);
    }

    [Fact]
    public async Task A_socket_that_says_nothing_is_closed_after_fifteen_seconds_without_a_reason()
    {
        using RawSocket peer = await RawSocket.ConnectAsync(gateway.BaseUri, token: "");

        clock.Advance(TimeSpan.FromSeconds(14));
        await peer.SendAsync(9, Encoding.ASCII.GetBytes("there?"));
        (int pong, byte[] echoed) = await peer.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        (int close, byte[] payload) = await peer.ReadAsync();

        Assert.Equal((10, "there?"), (pong, Encoding.ASCII.GetString(echoed)));
        Assert.Equal(8, close);
        Assert.Equal((1000, ""), RawSocket.CloseOf(payload));
    }

    [Fact]
    public async Task Part_of_a_big_frame_is_a_sign_of_life()
    {
        ManualTimeProvider time = new();
        await using TrickleStream upload = new();
        using WebSocketInput input = new(upload, 25 * 1024 * 1024, time);
        Task<WebSocketMessage> message = input.ReadAsync(CancellationToken.None).AsTask();
        long created = input.LastHeard;

        await upload.GiveAsync([0x82, 0xFE, 0x03, 0xE8, 0, 0, 0, 0, 1, 2, 3]); // 3 of 1,000 bytes
        for (int round = 0; round < 3; round++)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await upload.GiveAsync(new byte[100]);

            Assert.Equal(time.GetTimestamp(), input.LastHeard);
        }

        Assert.False(message.IsCompleted);
        await upload.GiveAsync(new byte[697]);
        Assert.Equal(1000, (await Guard.Within(message)).Payload.Length);
        Assert.True(input.LastHeard > created);
    }
}

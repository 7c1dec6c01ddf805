using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Connections by a token that was rotated, on a clock that the test moves.</summary>
public sealed class Rotated_tokens : IAsyncLifetime
{
    private readonly ManualTimeProvider clock = new();
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri, "gateway: { auth: { mode: \"token\" } },");
        gateway = await RunningGateway.StartAsync(home, clock: clock);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_came_in_by_the_old_one_is_cut_when_its_grace_is_over(bool afterwards)
    {
        string old = Token();
        using RawSocket before = await RawSocket.ConnectAsync(gateway.BaseUri, old);
        using RawSocket admin = await RawSocket.ConnectAsync(gateway.BaseUri, old, "\"operator.admin\"");
        await admin.CallAsync("gateway.token.rotate", """{"graceMs":10000}""");
        clock.Advance(TimeSpan.FromMilliseconds(1)); // who comes in the same instant counts as before
        using RawSocket byNew = await RawSocket.ConnectAsync(gateway.BaseUri, TokenAfter(old));
        using RawSocket inGrace = await RawSocket.ConnectAsync(gateway.BaseUri, old);
        RawSocket watched = afterwards ? inGrace : before;

        clock.Advance(TimeSpan.FromSeconds(8));
        await watched.CallAsync("last-heartbeat");
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal((4001, "gateway auth changed"), await CloseAsync(watched));
        await byNew.CallAsync("last-heartbeat");
    }

    [Fact]
    public async Task Another_rotation_does_not_lengthen_the_grace_of_the_first()
    {
        string old = Token();
        using RawSocket before = await RawSocket.ConnectAsync(gateway.BaseUri, old);
        await before.CallAsync("last-heartbeat");
        await RotateAsync(old, 10_000);
        string second = TokenAfter(old);
        using RawSocket between = await RawSocket.ConnectAsync(gateway.BaseUri, second);
        clock.Advance(TimeSpan.FromSeconds(5));
        await before.CallAsync("last-heartbeat"); // the sweep has looked: the first end is known
        await RotateAsync(second, 100_000);

        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(4001, (await CloseAsync(before)).Code);
        await between.CallAsync("last-heartbeat");
    }

    private static async Task<(int Code, string Reason)> CloseAsync(RawSocket peer)
    {
        while (true)
        {
            (int opcode, byte[] payload) = await peer.ReadAsync();
            if (opcode is not (1 or 9))
            {
                return opcode == 8 ? RawSocket.CloseOf(payload) : (opcode, "no close");
            }
        }
    }

    private async Task RotateAsync(string token, long graceMs)
    {
        using RawSocket admin = await RawSocket.ConnectAsync(gateway.BaseUri, token, "\"operator.admin\"");
        await admin.CallAsync("gateway.token.rotate", "{\"graceMs\":" + graceMs + "}");
        clock.Advance(TimeSpan.FromMilliseconds(1));
    }

    private string Token() => File.ReadAllText(Path.Combine(home.StateDir, "gateway-token")).Trim();

    private string TokenAfter(string old)
    {
        string now = Token();
        Assert.NotEqual(old, now);
        return now;
    }
}

using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A peer that does not read costs itself only.</summary>
public sealed class Slow_readers : IAsyncLifetime
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
    public async Task A_peer_that_does_not_read_is_closed_and_the_others_get_every_frame_in_order()
    {
        const int Frames = 70;
        string megabyte = new('x', 1024 * 1024);
        using RawSocket slow = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        using RawSocket other = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await using GatewayTestClient sender = await gateway.ConnectAsync();
        await sender.CallAsync("sessions.create", """{"key":"big"}""");

        for (int index = 0; index < Frames; index++)
        {
            Task<JsonElement> seen = other.NextAsync("chat");
            await sender.CallAsync("chat.inject", $$"""{"sessionKey":"big","message":"{{index:00}}{{megabyte}}"}""");
            await seen;
        }

        (int opcode, byte[] payload) last;
        int got = -1;
        do
        {
            last = await slow.ReadAsync();
            got++;
        }
        while (last.opcode == 1);

        Assert.Equal(8, last.opcode);
        Assert.Equal((1008, "slow consumer"), RawSocket.CloseOf(last.payload));
        Assert.InRange(got, 45, Frames - 1);
        string[] firsts = [.. Chats(other.Seen).Select(text => text[..2])];
        Assert.Equal([.. Enumerable.Range(0, Frames).Select(index => index.ToString("00"))], firsts);
        long[] numbers = [.. other.Seen.Where(frame => frame.TryGetProperty("seq", out _)).Select(frame => frame.GetProperty("seq").GetInt64())];
        Assert.Equal([.. Enumerable.Range(1, numbers.Length).Select(number => (long)number)], numbers);
    }

    private static IEnumerable<string> Chats(IEnumerable<JsonElement> frames) => frames
        .Where(frame => frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("chat"))
        .Select(frame => GatewayTestClient.TextOf(frame.GetProperty("payload").GetProperty("message")));
}

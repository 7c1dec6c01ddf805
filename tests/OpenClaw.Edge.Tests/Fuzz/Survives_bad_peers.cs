using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.TestKit.Fuzz;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using OpenClaw.Edge.Tests.Gateway;
using Xunit;

namespace OpenClaw.Edge.Tests.Fuzz;

/// <summary>Spoiled frames over real sockets against a gateway that runs, from strangers and from clients that are in: each connection
/// ends with the code it earned or goes on answering. 10,000 in an ordinary run, 100,000 with <c>EDGE_FUZZ=full</c>.</summary>
[Collection(Alone.Name)]
public sealed class Survives_bad_peers : IAsyncLifetime
{
    private const int Peers = 8;
    private const int Reset = -1; // who goes on sending after its own close frame may meet a closed socket
    private const long MaxGrowth = 32 * 1024 * 1024;

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
        await gateway.DisposeAsync();
        home.Dispose();
        await model.DisposeAsync();
    }

    [Fact]
    public async Task Clients_that_are_in_are_answered_or_closed_with_their_code()
    {
        int each = FuzzCount.Of(8_000, 80_000) / Peers;
        await Task.WhenAll(Enumerable.Range(0, Peers).Select(peer => KnownAsync(peer, each / 10))); // warms pools and caches
        long before = gateway.SettledMemory();
        int[] closed = await Task.WhenAll(Enumerable.Range(0, Peers).Select(peer => KnownAsync(100 + peer, each)));

        Assert.InRange(gateway.SettledMemory() - before, long.MinValue, MaxGrowth);
        Assert.True(closed.Sum() > each / 100, "no connection was closed, so nothing was tried");
        await StillServesAsync();
    }

    [Fact]
    public async Task Strangers_are_refused_with_their_code()
    {
        int each = FuzzCount.Of(2_000, 20_000) / Peers;
        await Task.WhenAll(Enumerable.Range(0, Peers).Select(peer => StrangerAsync(peer, each / 10)));
        long before = gateway.SettledMemory();
        await Task.WhenAll(Enumerable.Range(0, Peers).Select(peer => StrangerAsync(100 + peer, each)));

        Assert.InRange(gateway.SettledMemory() - before, long.MinValue, MaxGrowth);
        await StillServesAsync();
    }

    [Fact]
    public async Task An_offer_to_compress_is_not_taken()
    {
        (RawSocket socket, string head) = await RawSocket.AskAsync(
            gateway.BaseUri, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate-frame");
        using (socket)
        {
            Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
            Assert.DoesNotContain("Sec-WebSocket-Extensions", head, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task A_handshake_that_stops_in_the_middle_leaves_the_gateway_to_others(int sockets)
    {
        List<TcpClient> halves = [];
        for (int i = 0; i < sockets; i++)
        {
            TcpClient half = new();
            halves.Add(half);
            await half.ConnectAsync(gateway.BaseUri.Host, gateway.BaseUri.Port);
            await half.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: webso"u8.ToArray());
        }

        await StillServesAsync();
        halves.ForEach(half => half.Dispose());
    }

    private async Task<int> KnownAsync(int peer, int count)
    {
        JsonMutator texts = new(FuzzCount.Seed + peer, FrameCorpus.Requests);
        WireMutator wires = new(FuzzCount.Seed + peer);
        Random random = new(FuzzCount.Seed + peer);
        int closed = 0;
        RawSocket socket = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        for (int done = 0; done < count;)
        {
            List<byte> bytes = [];
            WireEnd end = WireEnd.None;
            for (int i = random.Next(1, 24); i > 0 && end == WireEnd.None; i--, done++)
            {
                byte[] text = texts.Next(out _);
                WireCase wire = wires.Next(text, Utf8.IsValid(text));
                bytes.AddRange(wire.Bytes);
                end = wire.End;
            }

            await SendAsync(socket, [.. bytes], random);
            if (end == WireEnd.None)
            {
                string marker = string.Create(CultureInfo.InvariantCulture, $"mark-{peer}-{done}");
                await socket.SendAsync(1, Encoding.UTF8.GetBytes($$"""{"type":"req","id":"{{marker}}","method":"health","params":{ } }"""));
                await socket.UntilAsync(frame => frame.TryGetProperty("id", out JsonElement id) && id.ValueEquals(marker));
                socket.Seen.Clear();
                continue;
            }

            closed++;
            int code = (await CloseAsync(socket)).Code;
            Assert.True(code == (int)end || (end == WireEnd.Echo3000 && code == Reset), $"closed with {code}, expected {(int)end}");
            socket.Dispose();
            socket = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        }

        socket.Dispose();
        return closed;
    }

    private async Task StrangerAsync(int peer, int count)
    {
        JsonMutator texts = new(FuzzCount.Seed - peer, FrameCorpus.Hellos, longest: 128 * 1024);
        WireMutator wires = new(FuzzCount.Seed - peer);
        Random random = new(FuzzCount.Seed - peer);
        for (int done = 0; done < count; done++)
        {
            byte[] text = texts.Next(out _);
            WireCase wire = wires.Next(text, Utf8.IsValid(text));
            (RawSocket socket, string head) = await RawSocket.AskAsync(gateway.BaseUri);
            using (socket)
            {
                Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
                await SendAsync(socket, wire.Bytes, random);
                (int code, string reason) = await CloseAsync(socket);
                int[] right = Expected(wire, text);
                Assert.True(right.Contains(code), $"closed with {code} '{reason}', expected {string.Join('|', right)}: {Encoding.UTF8.GetString(text.AsSpan(0, Math.Min(text.Length, 400)))}");
            }
        }
    }

    // A wrong token is slowed down on loopback, so most of what is left after the framing is refused before the secret is looked at.
    private static int[] Expected(WireCase wire, byte[] text) => wire.End switch
    {
        _ when wire.Carries && text.Length > ProtocolLimits.MaxHandshakeFrameBytes => [1009],
        WireEnd.None => FrameReader.TryRead(new(text), out _) == FrameError.NotJson ? [1000] : [1008, 1002],
        WireEnd.Echo3000 => [3000, Reset],
        _ => [(int)wire.End],
    };

    private static async Task SendAsync(RawSocket socket, byte[] bytes, Random random)
    {
        try
        {
            for (int at = 0; at < bytes.Length;)
            {
                int length = Math.Min(bytes.Length - at, random.Next(3) == 0 ? random.Next(1, 64) : bytes.Length);
                await socket.WriteAsync(bytes.AsMemory(at, length));
                at += length;
            }
        }
        catch (IOException)
        {
            // it was closed in the middle; the close frame is to be read
        }
    }

    // what comes before the close frame are answers to what was right
    private static async Task<(int Code, string Reason)> CloseAsync(RawSocket socket)
    {
        while (true)
        {
            (int opcode, byte[] payload) = await socket.ReadAsync();
            if (opcode is 8 or -1)
            {
                return opcode == 8 && payload.Length >= 2
                    ? (BinaryPrimitives.ReadUInt16BigEndian(payload), Encoding.UTF8.GetString(payload.AsSpan(2)))
                    : (opcode, "");
            }
        }
    }

    private async Task StillServesAsync()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("agent:main:after", "still there?");
        Assert.Equal("final", turn.State);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>The command line's end of a WebSocket, against a peer that the test plays byte by byte.</summary>
public sealed class FrameSocketTests : IDisposable
{
    private readonly TcpListener door = new(IPAddress.Loopback, 0);

    public FrameSocketTests() => door.Start();

    public void Dispose() => door.Dispose();

    private Uri Address => new($"ws://127.0.0.1:{((IPEndPoint)door.LocalEndpoint).Port}/ws?x=1");

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(70_000)]
    public async Task Texts_arrive_whole_however_they_are_cut(int length)
    {
        (FrameSocket socket, NetworkStream peer) = await PairAsync();
        string text = new('é', length / 2);
        byte[] frame = Frame(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text));
        Task writing = WriteInPiecesAsync(peer, frame, length < 1000 ? 1 : 997);

        Assert.Equal(text, await TextAsync(socket));
        await writing;
        await peer.WriteAsync((byte[])[.. Frame(WebSocketOpcode.Text, "a"u8), .. Frame(WebSocketOpcode.Text, "b"u8)]);
        Assert.Equal(("a", "b"), (await TextAsync(socket), await TextAsync(socket)));
        socket.Dispose();
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_message_in_parts_is_put_together_and_a_ping_between_them_is_answered()
    {
        (FrameSocket socket, NetworkStream peer) = await PairAsync();
        byte[] first = Frame(WebSocketOpcode.Text, "Hel"u8);
        first[0] &= 0x7f;
        await peer.WriteAsync((byte[])[.. first, .. Frame(WebSocketOpcode.Ping, "p"u8), .. Frame(WebSocketOpcode.Continuation, "lo"u8)]);

        Assert.Equal("Hello", await TextAsync(socket));
        Assert.Equal((WebSocketOpcode.Pong, "p"), await NextAsync(peer));
        socket.Dispose();
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task What_is_sent_is_masked_and_the_goodbye_is_said_once()
    {
        (FrameSocket socket, NetworkStream peer) = await PairAsync();
        await socket.SendAsync("héllo"u8.ToArray(), WebSocketOpcode.Text, CancellationToken.None);
        await socket.CloseAsync(CancellationToken.None);
        await socket.CloseAsync(CancellationToken.None);
        socket.Dispose();

        Assert.Equal((WebSocketOpcode.Text, "héllo"), await NextAsync(peer));
        Assert.Equal((WebSocketOpcode.Close, "\u0003\ufffd"), await NextAsync(peer)); // 1000
        Assert.Equal(0, await peer.ReadAsync(new byte[1]));
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_close_frame_ends_it_with_code_and_reason()
    {
        (FrameSocket socket, NetworkStream peer) = await PairAsync();
        await peer.WriteAsync(Frame(WebSocketOpcode.Close, [1012 >> 8, 1012 & 0xff, .. "service restart"u8]));

        Assert.Null(await socket.ReceiveAsync(CancellationToken.None));
        Assert.Equal((1012, "service restart"), (socket.CloseCode, socket.CloseReason));
        socket.Dispose();
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_that_hangs_up_or_breaks_the_protocol_is_told_apart()
    {
        (FrameSocket one, NetworkStream rude) = await PairAsync();
        await rude.DisposeAsync();
        Assert.Contains("without a goodbye", (await Assert.ThrowsAsync<WebSocketException>(async () => await one.ReceiveAsync(CancellationToken.None))).Message);
        one.Dispose();

        (FrameSocket two, NetworkStream odd) = await PairAsync();
        await odd.WriteAsync(new byte[] { 0xf3, 0x01, 0x00 });
        Assert.Contains("does not know", (await Assert.ThrowsAsync<WebSocketException>(async () => await two.ReceiveAsync(CancellationToken.None))).Message);
        two.Dispose();
        await odd.DisposeAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404 Not Found")]
    [InlineData("220 mail.example ESMTP\r\n\r\n", "not HTTP")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: bm8=\r\n\r\n", "another request")]
    [InlineData("HTTP/1.1 101 Switching", "hung up")]
    public async Task What_is_no_gateway_is_named(string answer, string expected)
    {
        Task<FrameSocket> connecting = FrameSocket.ConnectAsync(Address, CancellationToken.None);
        using TcpClient peer = await door.AcceptTcpClientAsync();
        await RequestAsync(peer.GetStream());
        await peer.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        peer.Client.Shutdown(SocketShutdown.Send);

        Assert.Contains(expected, (await Assert.ThrowsAsync<WebSocketException>(() => Guard.Within(connecting))).Message);
    }

    [Fact]
    public async Task Nobody_there_is_the_systems_own_word()
    {
        door.Stop();
        WebSocketException e = await Assert.ThrowsAsync<WebSocketException>(() => FrameSocket.ConnectAsync(Address, CancellationToken.None));

        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(e.GetBaseException()).SocketErrorCode);
    }

    private async Task<(FrameSocket Socket, NetworkStream Peer)> PairAsync()
    {
        Task<FrameSocket> connecting = FrameSocket.ConnectAsync(Address, CancellationToken.None);
        NetworkStream peer = new(await door.AcceptSocketAsync(), ownsSocket: true);
        string[] request = await RequestAsync(peer);
        Assert.Equal("GET /ws?x=1 HTTP/1.1", request[0]);
        Assert.Contains("Sec-WebSocket-Version: 13", request);
        string key = request.Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal))[19..];
        await peer.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nsec-websocket-accept: {WebSocketAccept.Of(key)}\r\n\r\n"));
        return (await Guard.Within(connecting), peer);
    }

    private static async Task<string[]> RequestAsync(NetworkStream peer)
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await peer.ReadAsync(one) == 1)
        {
            text.Append((char)one[0]);
        }

        return text.ToString().Split("\r\n");
    }

    private static async Task WriteInPiecesAsync(NetworkStream peer, byte[] bytes, int size)
    {
        foreach (byte[] piece in bytes.Chunk(size))
        {
            await peer.WriteAsync(piece);
        }
    }

    private static byte[] Frame(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[WebSocketHeader.MaxBytes + payload.Length];
        int head = WebSocketHeader.WriteServer(frame, opcode, payload.Length);
        payload.CopyTo(frame.AsSpan(head));
        return frame[..(head + payload.Length)];
    }

    private static async Task<string> TextAsync(FrameSocket socket) =>
        Encoding.UTF8.GetString((await Guard.Within(socket.ReceiveAsync(CancellationToken.None).AsTask()))!.Value.Span);

    private static async Task<(WebSocketOpcode Opcode, string Text)> NextAsync(NetworkStream peer)
    {
        byte[] head = new byte[6]; // short and masked
        await peer.ReadExactlyAsync(head);
        Assert.Equal(WebSocketHeaderResult.Read, WebSocketHeader.TryRead(head, out WebSocketHeader header, out _));
        byte[] payload = new byte[header.Length];
        await peer.ReadExactlyAsync(payload);
        WebSocketHeader.ApplyMask(payload, header.Mask);
        return (header.Opcode, Encoding.UTF8.GetString(payload));
    }
}

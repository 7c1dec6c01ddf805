using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A WebSocket client that does nothing by itself: no pongs, no reading ahead, no goodbye. Frames come in the order of the wire.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly TcpClient tcp = new() { NoDelay = true };
    private NetworkStream stream = null!; // kept: what arrived can be read after a write has failed
    private int calls;

    private RawSocket()
    {
    }

    /// <summary>Every text frame that was read, responses too.</summary>
    public List<JsonElement> Seen { get; } = [];

    /// <summary>Asks for an upgrade; returns the head of the answer.</summary>
    public static async Task<(RawSocket Socket, string Head)> AskAsync(Uri gateway, params string[] headers)
    {
        RawSocket socket = new();
        await socket.tcp.ConnectAsync(gateway.Host, gateway.Port);
        socket.stream = socket.tcp.GetStream();
        string more = string.Concat(headers.Select(header => header + "\r\n"));
        await socket.stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {gateway.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{more}\r\n"));
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await socket.stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        return (socket, head.ToString());
    }

    /// <summary>Upgrades, and says hello unless <paramref name="token"/> is empty.</summary>
    public static async Task<RawSocket> ConnectAsync(Uri gateway, string token, string scopes = "\"operator.read\",\"operator.write\"", string caps = "\"tool-events\"")
    {
        (RawSocket socket, string head) = await AskAsync(gateway);
        Assert.StartsWith("HTTP/1.1 101 ", head);
        await socket.NextAsync("connect.challenge");
        if (token.Length > 0)
        {
            JsonElement hello = await socket.CallAsync(
                "connect",
                $$$"""{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1","platform":"linux","mode":"backend"},"role":"operator","scopes":[{{{scopes}}}],"caps":[{{{caps}}}],"auth":{"token":"{{{token}}}"}}""");
            Assert.True(hello.GetProperty("ok").GetBoolean(), hello.GetRawText());
        }

        return socket;
    }

    /// <summary>Sends a request and reads until its first response.</summary>
    public async Task<JsonElement> CallAsync(string method, string parameters = "{}")
    {
        string id = $"c{++calls}";
        await SendAsync(1, Encoding.UTF8.GetBytes($$"""{"type":"req","id":"{{id}}","method":"{{method}}","params":{{parameters}}}"""));
        return await UntilAsync(frame => frame.GetProperty("type").ValueEquals("res") && frame.GetProperty("id").ValueEquals(id));
    }

    /// <summary>Reads until an event of this name.</summary>
    public Task<JsonElement> NextAsync(string name) =>
        UntilAsync(frame => frame.TryGetProperty("event", out JsonElement value) && value.ValueEquals(name));

    /// <summary>Reads text frames until one fits.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> wanted)
    {
        while (true)
        {
            (int opcode, byte[] payload) = await ReadAsync();
            Assert.True(opcode is 1 or 9 or 10, $"opcode {opcode}: {CloseText(payload)}");
            if (opcode == 1)
            {
                using JsonDocument document = JsonDocument.Parse(payload);
                JsonElement frame = document.RootElement.Clone();
                Seen.Add(frame);
                if (wanted(frame))
                {
                    return frame;
                }
            }
        }
    }

    /// <summary>Reads one frame; opcode -1 when the connection has ended.</summary>
    public async Task<(int Opcode, byte[] Payload)> ReadAsync()
    {
        using CancellationTokenSource guard = new(Guard.Default);
        try
        {
            byte[] head = new byte[2];
            await stream.ReadExactlyAsync(head, guard.Token);
            long length = head[1];
            if (length >= 126)
            {
                byte[] more = new byte[length == 126 ? 2 : 8];
                await stream.ReadExactlyAsync(more, guard.Token);
                length = more.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(more) : BinaryPrimitives.ReadInt64BigEndian(more);
            }

            byte[] payload = new byte[length];
            await stream.ReadExactlyAsync(payload, guard.Token);
            return (head[0] & 15, payload);
        }
        catch (Exception gone) when (gone is IOException or EndOfStreamException)
        {
            return (-1, []);
        }
    }

    /// <summary>Sends a masked frame.</summary>
    public async Task SendAsync(int opcode, byte[] payload)
    {
        byte[] frame = [.. Head(opcode, payload.Length), .. payload];
        await stream.WriteAsync(frame); // a mask of zeros leaves the payload as it is
    }

    /// <summary>Sends text frames in one piece, so that they arrive together.</summary>
    public async Task SendTogetherAsync(IEnumerable<string> texts)
    {
        byte[] frames = [.. texts.Select(Encoding.UTF8.GetBytes).SelectMany(text => Head(1, text.Length).Concat(text))];
        await stream.WriteAsync(frames);
    }

    /// <summary>Sends bytes as they are.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    /// <summary>Code and reason of a close frame.</summary>
    public static (int Code, string Reason) CloseOf(byte[] payload) =>
        (BinaryPrimitives.ReadUInt16BigEndian(payload), Encoding.UTF8.GetString(payload.AsSpan(2)));

    /// <inheritdoc/>
    public void Dispose()
    {
        stream?.Dispose();
        tcp.Dispose();
    }

    private static string CloseText(byte[] payload) => payload.Length >= 2 ? CloseOf(payload).ToString() : "";

    private static byte[] Head(int opcode, int length)
    {
        byte[] size = length switch
        {
            < 126 => [(byte)(0x80 | length)],
            <= ushort.MaxValue => [0x80 | 126, (byte)(length >> 8), (byte)length],
            _ => [0x80 | 127, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
        };
        return [(byte)(0x80 | opcode), .. size, 0, 0, 0, 0];
    }
}

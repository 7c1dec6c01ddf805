using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Load;

/// <summary>A gateway connection on a bare socket: frames are found, not parsed. One turn at a time. Not thread-safe.</summary>
internal sealed class RawSocketClient : IDisposable
{
    // The gateway takes 32 sockets of one address that have not said who they are; a crowd must come in turns.
    private static readonly SemaphoreSlim Door = new(16);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Uri gateway;
    private readonly string token;
    private byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;
    private int ids;

    public RawSocketClient(Uri gateway, string token)
    {
        this.gateway = gateway;
        this.token = token;
    }

    /// <summary>Stopwatch time of the first delta of the last turn.</summary>
    public long FirstDeltaAt { get; private set; }

    /// <summary>Stopwatch time at which the last turn's message was sent.</summary>
    public long SentAt { get; private set; }

    /// <summary>Stopwatch time at which the last turn's final event arrived.</summary>
    public long FinalAt { get; private set; }

    /// <summary>Frames and bytes of events during the last turn.</summary>
    public (int Frames, long Bytes) Received { get; private set; }

    /// <summary>The last turn's final frame.</summary>
    public string Final { get; private set; } = "";

    public async Task ConnectAsync()
    {
        await Door.WaitAsync();
        try
        {
            await HandshakeAsync();
        }
        finally
        {
            Door.Release();
        }
    }

    private async Task HandshakeAsync()
    {
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, gateway.Port));
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {gateway.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        int head;
        while ((head = buffer.AsSpan(0, end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        string answer = Encoding.ASCII.GetString(buffer, 0, head);
        if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new IOException($"The upgrade was refused: {answer.Split('\r')[0]}");
        }

        start = head + 4;
        await ReadFrameAsync(); // the challenge
        await SendAsync(
            $$$"""{"type":"req","id":"c","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1.0.0","platform":"linux","mode":"backend"},"role":"operator","scopes":["operator.read","operator.write"],"caps":[],"auth":{"token":"{{{token}}}"},"locale":"en-US","userAgent":"edge-load/1"}}""");
        ReadOnlyMemory<byte> hello;
        do
        {
            hello = await ReadFrameAsync();
        }
        while (!hello.Span.StartsWith("{\"type\":\"res\""u8));

        if (hello.Span.IndexOf("\"ok\":true"u8) < 0)
        {
            throw new IOException($"The handshake was refused: {Encoding.UTF8.GetString(hello.Span)}");
        }
    }

    /// <summary>Sends a message and reads until its run ends. Throws when the run does not end well.</summary>
    public async Task ChatAsync(string sessionKey, string message, StampReader? seen = null)
    {
        string run = Guid.NewGuid().ToString();
        FirstDeltaAt = 0;
        int frames = 0;
        long bytes = 0;
        string request = $$$"""{"type":"req","id":"r{{{++ids}}}","method":"chat.send","params":{"sessionKey":"{{{sessionKey}}}","message":"{{{JsonEncodedText.Encode(message)}}}","idempotencyKey":"{{{run}}}"}}""";
        SentAt = Stopwatch.GetTimestamp();
        await SendAsync(request);
        byte[] ours = Encoding.ASCII.GetBytes(run);
        while (true)
        {
            ReadOnlyMemory<byte> frame = await ReadFrameAsync();
            frames++;
            bytes += frame.Length;
            // connections of one user get each other's runs too
            if (frame.Span.IndexOf("\"event\":\"chat\""u8) < 0)
            {
                if (frame.Span.IndexOf("\"ok\":false"u8) >= 0)
                {
                    throw new IOException($"The message was refused: {Encoding.UTF8.GetString(frame.Span)}");
                }

                continue;
            }

            if (frame.Span.IndexOf(ours) < 0)
            {
                continue;
            }

            if (frame.Span.IndexOf("\"state\":\"delta\""u8) >= 0)
            {
                FirstDeltaAt = FirstDeltaAt == 0 ? Stopwatch.GetTimestamp() : FirstDeltaAt;
                seen?.Read(frame.Span);
                continue;
            }

            if (frame.Span.IndexOf("\"state\":\"status\""u8) >= 0)
            {
                continue; // "waiting for the model" and the like
            }

            FinalAt = Stopwatch.GetTimestamp();
            Received = (frames, bytes);
            Final = Encoding.UTF8.GetString(frame.Span);
            if (!Final.Contains("\"state\":\"final\"", StringComparison.Ordinal))
            {
                throw new IOException($"The turn failed: {Final}");
            }

            return;
        }
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask FillAsync()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        int count = await socket.ReceiveAsync(buffer.AsMemory(end));
        end += count > 0 ? count : throw new IOException("The gateway closed the connection.");
    }

    // Text of the next text frame; valid until the next call. Server frames are never masked (RFC 6455 5.1).
    private async ValueTask<ReadOnlyMemory<byte>> ReadFrameAsync()
    {
        while (true)
        {
            (int header, long length) = Header();
            while (header == 0 || end - start < header + length)
            {
                await FillAsync();
                (header, length) = Header();
            }

            int opcode = buffer[start] & 0x0f;
            ReadOnlyMemory<byte> payload = buffer.AsMemory(start + header, (int)length);
            start += header + (int)length;
            switch (opcode)
            {
                case 1:
                    return payload;
                case 8:
                    throw new IOException($"The gateway closed: {Encoding.UTF8.GetString(payload.Span[Math.Min(2, payload.Length)..])}");
                case 9:
                    await SendFrameAsync(10, payload.ToArray());
                    break;
                default:
                    break;
            }
        }
    }

    private (int Header, long Length) Header()
    {
        ReadOnlySpan<byte> span = buffer.AsSpan(start, end - start);
        if (span.Length < 2)
        {
            return (0, 0);
        }

        int length = span[1] & 0x7f;
        return length switch
        {
            126 => span.Length < 4 ? (0, 0) : (4, BinaryPrimitives.ReadUInt16BigEndian(span[2..])),
            127 => span.Length < 10 ? (0, 0) : (10, BinaryPrimitives.ReadInt64BigEndian(span[2..])),
            _ => (2, length),
        };
    }

    private Task SendAsync(string text) => SendFrameAsync(1, Encoding.UTF8.GetBytes(text));

    private async Task SendFrameAsync(int opcode, byte[] payload)
    {
        int header = payload.Length < 126 ? 6 : 8;
        byte[] frame = new byte[header + payload.Length];
        frame[0] = (byte)(0x80 | opcode);
        if (payload.Length < 126)
        {
            frame[1] = (byte)(0x80 | payload.Length);
        }
        else
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        }

        // a masking key of zeros is a masking key: the payload goes as it is
        payload.CopyTo(frame, header);
        await socket.SendAsync(frame);
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Gateways;

/// <summary>One of very many WebSocket clients: a socket and a loop that reads. A follower checks that events come in order, that pieces of
/// answers add up, and how late each piece is by the stamp that the scripted model put into it. It may stop reading and go on later.</summary>
public sealed class CrowdMember : IAsyncDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<double> delays = [];
    private readonly StringBuilder text = new();
    private readonly Lock gate = new();
    private TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task loop = Task.CompletedTask;
    private long seq;
    private string? follows;

    private CrowdMember() => reading.SetResult();

    /// <summary>What went wrong first; null when nothing did.</summary>
    public string? Problem { get; private set; }

    /// <summary>Frames so far.</summary>
    public int Frames { get; private set; }

    /// <summary>Completes at the end of the turn that is followed.</summary>
    public Task TurnEnded => ended.Task;

    /// <summary>Connects and shakes hands; with a session it follows that session's turns, without one it is merely there.</summary>
    /// <param name="gateway">Where.</param>
    /// <param name="token">The shared secret.</param>
    /// <param name="session">Whole key of the session to follow.</param>
    /// <param name="all">Whether it gets the events of every session; it looks only at those of the one it follows.</param>
    /// <param name="receiveBuffer">Size of the socket's buffer; zero leaves it to the system.</param>
    public static async Task<CrowdMember> ConnectAsync(Uri gateway, string token, string? session = null, bool all = false, int receiveBuffer = 0)
    {
        CrowdMember member = new() { follows = session };
        if (receiveBuffer > 0)
        {
            member.socket.ReceiveBufferSize = receiveBuffer;
        }

        await member.socket.ConnectAsync(gateway.Host, gateway.Port);
        await member.SendAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {gateway.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        NetworkStream stream = new(member.socket);
        byte[] one = new byte[1];
        for (int matched = 0; matched < 4;)
        {
            await stream.ReadExactlyAsync(one);
            matched = one[0] == "\r\n\r\n"u8[matched] ? matched + 1 : one[0] == '\r' ? 1 : 0;
        }

        member.loop = member.ReadAsync(stream);
        await member.SendTextAsync($$$"""{"type":"req","id":"hello","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1","platform":"linux","mode":"backend"},"role":"operator","scopes":["operator.read"],"caps":["session-scoped-events"],"auth":{"token":"{{{token}}}"} } }""");
        if (all)
        {
            await member.SendTextAsync("""{"type":"req","id":"all","method":"sessions.subscribe","params":{}}""");
        }

        await member.SendTextAsync(session is null
            ? """{"type":"req","id":"ready","method":"last-heartbeat","params":{}}"""
            : $$$"""{"type":"req","id":"ready","method":"sessions.messages.subscribe","params":{"key":"{{{session}}}"} }""");
        await Guard.Within(member.subscribed.Task, "the member to be in", TimeSpan.FromSeconds(60));
        return member;
    }

    /// <summary>Forgets the last turn; the next one is followed from its first word.</summary>
    public void Begin()
    {
        lock (gate)
        {
            delays.Clear();
            text.Clear();
            ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>How late the pieces of the turn came, in milliseconds, sorted.</summary>
    public double[] Delays()
    {
        lock (gate)
        {
            return [.. delays.Order()];
        }
    }

    /// <summary>Reads nothing more after the frame that is under way.</summary>
    public void Stop() => reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Goes on reading.</summary>
    public void GoOn() => reading.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        reading.TrySetResult();
        await loop;
    }

    private async Task ReadAsync(NetworkStream stream)
    {
        byte[] payload = new byte[4096];
        byte[] head = new byte[8];
        try
        {
            while (true)
            {
                await reading.Task;
                await stream.ReadExactlyAsync(head.AsMemory(0, 2));
                (int opcode, long length) = (head[0] & 15, head[1]);
                if (length >= 126)
                {
                    int more = length == 126 ? 2 : 8;
                    await stream.ReadExactlyAsync(head.AsMemory(0, more));
                    length = more == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head) : BinaryPrimitives.ReadInt64BigEndian(head);
                }

                if (payload.Length < length)
                {
                    payload = new byte[length * 2];
                }

                await stream.ReadExactlyAsync(payload.AsMemory(0, (int)length));
                long now = Stopwatch.GetTimestamp();
                Frames++;
                if (opcode == 1)
                {
                    Take(payload.AsMemory(0, (int)length), now);
                }
                else if (opcode == 8)
                {
                    Fail($"closed: {Encoding.UTF8.GetString(payload, 0, (int)length)}");
                    return;
                }
                else if (opcode == 9)
                {
                    await SendAsync([0x8A, 0x80, 0, 0, 0, 0]);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or EndOfStreamException or ObjectDisposedException or SocketException)
        {
            Fail($"the connection ended: {gone.Message}");
        }
    }

    private void Take(ReadOnlyMemory<byte> frame, long now)
    {
        if (!subscribed.Task.IsCompleted)
        {
            if (frame.Span.IndexOf("\"id\":\"ready\""u8) >= 0)
            {
                subscribed.SetResult();
            }
        }

        using JsonDocument document = JsonDocument.Parse(frame);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("seq", out JsonElement number))
        {
            long next = number.GetInt64();
            if (next != seq + 1)
            {
                Fail($"event {next} came after {seq}");
            }

            seq = next;
        }

        if (!root.TryGetProperty("event", out JsonElement name) || !name.ValueEquals("chat"))
        {
            return;
        }

        JsonElement payload = root.GetProperty("payload");
        if (follows is null)
        {
            Fail("a chat event came to one who did not ask for it");
        }
        else if (!payload.GetProperty("sessionKey").ValueEquals(follows))
        {
            // another one's
        }
        else if (payload.GetProperty("state").ValueEquals("delta"))
        {
            string delta = payload.GetProperty("deltaText").GetString()!;
            string stamp = delta.AsSpan().Trim().ToString().Split(' ')[^1];
            lock (gate)
            {
                text.Append(delta);
                delays.Add(Stopwatch.GetElapsedTime(long.Parse(stamp, CultureInfo.InvariantCulture), now).TotalMilliseconds);
            }
        }
        else if (payload.GetProperty("state").ValueEquals("final"))
        {
            if (GatewayTestClient.TextOf(payload.GetProperty("message")) != text.ToString())
            {
                Fail("the pieces are not the whole");
            }

            ended.TrySetResult();
        }
    }

    private void Fail(string what)
    {
        Problem ??= what;
        ended.TrySetResult();
        subscribed.TrySetException(new InvalidOperationException(what));
    }

    private Task SendTextAsync(string utf16)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(utf16);
        return SendAsync([0x81, 0xFE, (byte)(utf8.Length >> 8), (byte)utf8.Length, 0, 0, 0, 0, .. utf8]);
    }

    private async Task SendAsync(byte[] bytes) => await socket.SendAsync(bytes);
}

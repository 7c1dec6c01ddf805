using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenClaw.Edge.Load;

/// <summary>A keep-alive HTTP/1.1 connection that sends prepared bytes and reads answers without parsing more than it must. Not thread-safe.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[128 * 1024];
    private readonly int port;

    public RawHttp(Uri server) => port = server.Port;

    /// <summary>Status of the last answer.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of the last answer's body, chunk framing included.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>Stopwatch time of the last answer's first body byte.</summary>
    public long FirstByteAt { get; private set; }

    public static byte[] Post(string path, string body, string? token = null) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{Bearer(token)}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public static byte[] Get(string path, string? token = null) => Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{Bearer(token)}\r\n");

    public Task ConnectAsync() => socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Sends a request and reads its answer to the end. <paramref name="seen"/> gets every piece of the body as it arrives.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> request, StampReader? seen = null)
    {
        await socket.SendAsync(request);
        int filled = 0;
        int head;
        while ((head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            filled += await ReceiveAsync(filled);
        }

        Status = ((buffer[9] - '0') * 100) + ((buffer[10] - '0') * 10) + buffer[11] - '0';
        long length = ContentLength(buffer.AsSpan(0, head));
        BodyBytes = filled - head - 4;
        FirstByteAt = BodyBytes > 0 ? Stopwatch.GetTimestamp() : 0;
        buffer.AsSpan(head + 4, (int)BodyBytes).CopyTo(buffer);
        int kept = (int)BodyBytes;
        seen?.Read(buffer.AsSpan(0, kept));
        while (length >= 0 ? BodyBytes < length : !EndsChunked(buffer.AsSpan(0, kept)))
        {
            // the last bytes stay, because the end of the body may come in two pieces
            if (kept > 5)
            {
                buffer.AsSpan(kept - 5, 5).CopyTo(buffer);
                kept = 5;
            }

            int count = await ReceiveAsync(kept);
            FirstByteAt = FirstByteAt == 0 ? Stopwatch.GetTimestamp() : FirstByteAt;
            seen?.Read(buffer.AsSpan(kept, count));
            BodyBytes += count;
            kept += count;
        }
    }

    public void Dispose() => socket.Dispose();

    private static string Bearer(string? token) => token is null ? "" : $"Authorization: Bearer {token}\r\n";

    private static bool EndsChunked(ReadOnlySpan<byte> tail) => tail.EndsWith("0\r\n\r\n"u8);

    private static long ContentLength(ReadOnlySpan<byte> head)
    {
        string text = Encoding.Latin1.GetString(head);
        int at = text.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? -1 : long.Parse(text.AsSpan(at + 15, text.IndexOf('\r', at) is var end and >= 0 ? end - at - 15 : text.Length - at - 15));
    }

    private async ValueTask<int> ReceiveAsync(int at)
    {
        int count = await socket.ReceiveAsync(buffer.AsMemory(at));
        return count > 0 ? count : throw new IOException("The server closed the connection.");
    }
}

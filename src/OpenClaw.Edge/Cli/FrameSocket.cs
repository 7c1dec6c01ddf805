using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Text;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli;

/// <summary>The client's end of a WebSocket. Not the runtime's: that one brings its HTTP client and a cryptographic library
/// along, a fifth of what a command takes of memory and half of its time. One reader; frames may be sent from several threads.
/// Everything that goes wrong is a <see cref="WebSocketException"/>.</summary>
internal sealed class FrameSocket : IDisposable
{
    private const int MaxMessageBytes = 26_214_400; // policy.maxPayload of the original
    private const int MaxHeadBytes = 16 * 1024;

    private readonly Stream _stream;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _read = new byte[4096];
    private byte[] _message = new byte[4096];
    private int _start;
    private int _end;
    private volatile bool _closeSent;

    private FrameSocket(Stream stream) => _stream = stream;

    /// <summary>The code of the peer's close frame; null while there was none.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>The reason in the peer's close frame.</summary>
    public string CloseReason { get; private set; } = "";

    /// <summary>Connects to a <c>ws</c> or <c>wss</c> address. No proxy is asked: gateways are near.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The stream owns it, and what fails disposes it.")]
    public static async Task<FrameSocket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(uri.IdnHost, uri.Port, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (uri.Scheme == "wss")
            {
                SslStream tls = new(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = uri.IdnHost }, cancellationToken);
            }

            await UpgradeAsync(stream, uri, cancellationToken);
            return new FrameSocket(stream);
        }
        catch (Exception e)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            socket.Dispose();
            if (e is SocketException or IOException or AuthenticationException)
            {
                throw new WebSocketException(WebSocketError.Faulted, "the connection failed", e);
            }

            throw;
        }
    }

    /// <summary>Sends one frame.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> payload, WebSocketOpcode opcode, CancellationToken cancellationToken)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(payload.Length + WebSocketHeader.MaxBytes);
        try
        {
            uint mask = RandomWord();
            int head = WebSocketHeader.WriteClient(frame, opcode, payload.Length, mask);
            payload.Span.CopyTo(frame.AsSpan(head));
            WebSocketHeader.ApplyMask(frame.AsSpan(head, payload.Length), mask);
            await _sending.WaitAsync(cancellationToken);
            try
            {
                _closeSent |= opcode == WebSocketOpcode.Close;
                await _stream.WriteAsync(frame.AsMemory(0, head + payload.Length), cancellationToken);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new WebSocketException(WebSocketError.Faulted, e.Message, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>The next text, valid until the next call; null when the peer has closed. Pings are answered on the way.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        int length = 0;
        while (true)
        {
            WebSocketHeader header = await HeaderAsync(cancellationToken);
            if (length + header.Length > MaxMessageBytes)
            {
                throw new WebSocketException($"a message of more than {MaxMessageBytes} bytes");
            }

            int whole = length + (int)header.Length;
            if (_message.Length < whole)
            {
                Array.Resize(ref _message, Math.Max(whole, Math.Min(2 * _message.Length, MaxMessageBytes)));
            }

            await FillAsync(_message.AsMemory(length, (int)header.Length), cancellationToken);
            ReadOnlyMemory<byte> payload = _message.AsMemory(length, (int)header.Length);
            switch (header.Opcode)
            {
                case WebSocketOpcode.Ping:
                    await SendAsync(payload, WebSocketOpcode.Pong, cancellationToken);
                    break;
                case WebSocketOpcode.Pong:
                    break;
                case WebSocketOpcode.Close:
                    Note(payload.Span);
                    return null;
                default:
                    length = whole;
                    if (header.Fin)
                    {
                        return _message.AsMemory(0, length);
                    }

                    break;
            }
        }
    }

    /// <summary>Says goodbye, unless that was done.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (!_closeSent)
        {
            await SendAsync(new byte[] { 1000 >> 8, 1000 & 0xff }, WebSocketOpcode.Close, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stream.Dispose();
        _sending.Dispose();
    }

    private static async Task UpgradeAsync(Stream stream, Uri uri, CancellationToken cancellationToken)
    {
        string key = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        string request = $"GET {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        string head = await HeadAsync(stream, cancellationToken);
        string[] lines = head.Split("\r\n");
        if (!lines[0].StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            string answer = lines[0].StartsWith("HTTP/", StringComparison.Ordinal) ? lines[0] : "something that is not HTTP";
            throw new WebSocketException($"it answered {answer} where a WebSocket was asked for");
        }

        const string Name = "Sec-WebSocket-Accept:";
        string? accept = lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase))?[Name.Length..].Trim();
        if (accept != WebSocketAccept.Of(key))
        {
            throw new WebSocketException("its answer belongs to another request; is there a proxy between?");
        }
    }

    // Byte by byte: what stands behind the head is a frame already.
    private static async Task<string> HeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] head = new byte[512];
        int length = 0;
        while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            if (length == head.Length)
            {
                Array.Resize(ref head, length < MaxHeadBytes ? length * 2 : throw new WebSocketException("its answer is no WebSocket's"));
            }

            if (await stream.ReadAsync(head.AsMemory(length, 1), cancellationToken) == 0)
            {
                throw new WebSocketException("it hung up during the handshake");
            }

            length++;
        }

        return Encoding.Latin1.GetString(head, 0, length);
    }

    private async ValueTask<WebSocketHeader> HeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            WebSocketHeaderResult result = WebSocketHeader.TryReadServer(
                _read.AsSpan(_start, _end - _start), out WebSocketHeader header, out int consumed);
            if (result == WebSocketHeaderResult.Read)
            {
                _start += consumed;
                return header;
            }

            if (result == WebSocketHeaderResult.ProtocolError)
            {
                throw new WebSocketException("a frame that the protocol does not know");
            }

            _read.AsSpan(_start, _end - _start).CopyTo(_read);
            (_start, _end) = (0, _end - _start);
            _end += await MoreAsync(_read.AsMemory(_end), cancellationToken);
        }
    }

    private async ValueTask FillAsync(Memory<byte> payload, CancellationToken cancellationToken)
    {
        int here = Math.Min(payload.Length, _end - _start);
        _read.AsSpan(_start, here).CopyTo(payload.Span);
        _start += here;
        for (int filled = here; filled < payload.Length;)
        {
            filled += await MoreAsync(payload[filled..], cancellationToken);
        }
    }

    private async ValueTask<int> MoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            int count = await _stream.ReadAsync(buffer, cancellationToken);
            return count > 0 ? count : throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "it hung up without a goodbye");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new WebSocketException(WebSocketError.Faulted, e.GetBaseException().Message, e);
        }
    }

    private void Note(ReadOnlySpan<byte> close)
    {
        CloseCode = close.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(close) : 1005;
        CloseReason = close.Length > 2 ? Encoding.UTF8.GetString(close[2..]) : "";
    }

    private static uint RandomWord()
    {
        Span<byte> random = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(random); // its first bytes are all from the system's generator
        return MemoryMarshal.Read<uint>(random);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>A gateway that does what a test says: the real handshake on a real socket, scripted answers.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    public const string Token = "a-token-of-the-test";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, Func<ScriptedCall, Task>> _methods = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public ScriptedGateway()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Every request after the handshake, in order, and the connect requests.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    public IEnumerable<JsonElement> Calls(string method) =>
        Requests.Where(frame => frame.GetProperty("method").GetString() == method);

    public ScriptedGateway On(string method, Func<ScriptedCall, Task> handler)
    {
        _methods[method] = handler;
        return this;
    }

    public ScriptedGateway Answers(string method, string payload) => On(method, call => call.AnswerAsync(payload));

    public ScriptedGateway Refuses(string method, string error) => On(method, call => call.RefuseAsync(error));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        owned.NoDelay = true;
        try
        {
            NetworkStream stream = owned.GetStream();
            string key = await ReadKeyAsync(stream);
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1
            string accept = Convert.ToBase64String(
                SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {accept}\r\n\r\n"));
            using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
            await TalkAsync(socket);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // the client left, or the test is over
        }
    }

    private async Task TalkAsync(WebSocket socket)
    {
        using SemaphoreSlim sending = new(1, 1);
        List<Task> running = [];
        await ScriptedCall.SendAsync(
            socket, sending, """{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}}""", _stopping.Token);
        while (await ReceiveAsync(socket) is { } frame)
        {
            Requests.Enqueue(frame);
            ScriptedCall call = new(socket, sending, frame, _stopping.Token);
            running.Add(DispatchAsync(call));
        }

        await Task.WhenAll(running);
    }

    private Task DispatchAsync(ScriptedCall call) =>
        _methods.TryGetValue(call.Method, out Func<ScriptedCall, Task>? handler) ? handler(call)
        : call.Method == "connect" ? ConnectAsync(call)
        : call.RefuseAsync($$"""{"code":"INVALID_REQUEST","message":"unknown method: {{call.Method}}"}""");

    private static Task ConnectAsync(ScriptedCall call)
    {
        JsonElement auth = call.Params.TryGetProperty("auth", out JsonElement given) ? given : default;
        bool known = auth.ValueKind == JsonValueKind.Object
            && auth.TryGetProperty("token", out JsonElement token) && token.GetString() == Token;
        string scopes = call.Params.GetProperty("scopes").GetRawText();
        return known
            ? call.AnswerAsync(
                """
                {"type":"hello-ok","protocol":4,"server":{"version":"2026.9.6","connId":"c1"},
                 "features":{"methods":[],"events":[]},
                 "snapshot":{"presence":[],"health":{},"stateVersion":{"presence":1,"health":1},"uptimeMs":7200000},
                 "auth":{"method":"token","role":"operator","scopes":SCOPES},
                 "policy":{"maxPayload":26214400,"maxBufferedBytes":52428800,"tickIntervalMs":30000}}
                """.Replace("SCOPES", scopes))
            : call.RefuseAsync(
                """
                {"code":"INVALID_REQUEST","message":"unauthorized: gateway token mismatch",
                 "details":{"code":"AUTH_TOKEN_MISMATCH","authReason":"token_mismatch"}}
                """);
    }

    private async Task<JsonElement?> ReceiveAsync(WebSocket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(length), _stopping.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                using JsonDocument document = JsonDocument.Parse(buffer.AsMemory(0, length));
                return document.RootElement.Clone();
            }
        }
    }

    private static async Task<string> ReadKeyAsync(NetworkStream stream)
    {
        StringBuilder request = new();
        byte[] one = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            request.Append((char)one[0]);
        }

        return request.ToString().Split("\r\n")
            .First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))
            .Split(':', 2)[1].Trim();
    }
}

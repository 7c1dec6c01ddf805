using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OpenClaw.Edge.TestKit.Mcp;

/// <summary>An HTTP server on 127.0.0.1 whose answers the test writes, byte by byte where it wants: for MCP over HTTP. One request a connection.
/// Thread-safe.</summary>
public sealed class ScriptedMcpSite : IAsyncDisposable
{
    private readonly ConcurrentQueue<SiteRequest> _requests = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly Func<SiteRequest, SiteReply, Task> _answer;
    private readonly Task _accepting;

    private ScriptedMcpSite(Func<SiteRequest, SiteReply, Task> answer, int port)
    {
        _answer = answer;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Address of the server.</summary>
    public string Url => $"http://127.0.0.1:{Port}/mcp";

    /// <summary>Requests so far.</summary>
    public IReadOnlyList<SiteRequest> Requests => [.. _requests];

    /// <summary>Starts a server that answers as the test says.</summary>
    public static ScriptedMcpSite Start(Func<SiteRequest, SiteReply, Task> answer, int port = 0) => new(answer, port);

    /// <summary>Starts one that knows the handshake and a list of tools; the rest is for the test.</summary>
    /// <param name="tools">Tools as JSON, separated by commas.</param>
    /// <param name="call">Answers every other request.</param>
    /// <param name="session">Session id it gives out; null for none.</param>
    /// <param name="capabilities">What it says that it can do.</param>
    public static ScriptedMcpSite Start(string tools, Func<SiteRequest, SiteReply, Task> call, string? session = null, string capabilities = """{"tools":{}}""") =>
        new(
            async (request, reply) =>
            {
                switch (request.RpcMethod)
                {
                    case "initialize":
                        await reply.ResultAsync(
                            request,
                            $$$"""{"protocolVersion":"2025-06-18","capabilities":{{{capabilities}}},"serverInfo":{"name":"site","version":"2"}}""",
                            session is null ? "" : $"Mcp-Session-Id: {session}\r\n");
                        break;
                    case "notifications/initialized" or "notifications/cancelled":
                        await reply.StatusAsync("202 Accepted");
                        break;
                    case "tools/list":
                        await reply.ResultAsync(request, $$"""{"tools":[{{tools}}]}""");
                        break;
                    default:
                        await call(request, reply);
                        break;
                }
            },
            0);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient own = client;
        try
        {
            NetworkStream stream = client.GetStream();
            if (await SiteRequest.ReadAsync(stream, _stop.Token) is { } request)
            {
                _requests.Enqueue(request);
                await _answer(request, new SiteReply(stream, _stop.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // the visitor went, or the site closes
        }
    }
}

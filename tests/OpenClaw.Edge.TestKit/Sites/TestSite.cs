using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenClaw.Edge.TestKit.Sites;

/// <summary>A web site on 127.0.0.1 with the pages that the test writes. One request a connection. Thread-safe.</summary>
public sealed class TestSite : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> pages = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly CancellationTokenSource stop = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task accepting;

    private TestSite()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Heads of the requests so far.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>Starts a site without pages.</summary>
    public static TestSite Start() => new();

    /// <summary>Puts a page up.</summary>
    public void Page(string path, string body, string type = "text/html; charset=utf-8", string status = "200 OK", string headers = "") =>
        Bytes(path, Encoding.UTF8.GetBytes(body), type, status, headers);

    /// <summary>Puts bytes up.</summary>
    public void Bytes(string path, byte[] body, string type, string status = "200 OK", string headers = "") =>
        pages[path] = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n"), .. body];

    /// <summary>Sends visitors of a path elsewhere.</summary>
    public void Redirect(string path, string to) => Page(path, "", status: "302 Found", headers: $"Location: {to}\r\n");

    /// <summary>Puts up what never ends: the head, then silence.</summary>
    public void Silence(string path) => pages[path] = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nbegins");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                open.Add(AnswerAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using TcpClient own = client;
        try
        {
            NetworkStream stream = client.GetStream();
            byte[] buffer = new byte[16 * 1024];
            StringBuilder head = new();
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                int read = await stream.ReadAsync(buffer, stop.Token);
                if (read == 0)
                {
                    return;
                }

                head.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }

            requests.Enqueue(head.ToString());
            string path = head.ToString().Split(' ')[1].Split('?')[0];
            byte[] answer = pages.GetValueOrDefault(path) ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
            await stream.WriteAsync(answer, stop.Token);
            if (Encoding.ASCII.GetString(answer, 0, Math.Min(answer.Length, 200)).Contains("Content-Length: 1000\r\n\r\nbegins", StringComparison.Ordinal))
            {
                _ = await stream.ReadAsync(buffer, stop.Token); // until the visitor goes
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // the visitor went, or the site closes
        }
    }
}

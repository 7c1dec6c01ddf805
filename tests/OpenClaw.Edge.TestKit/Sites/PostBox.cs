using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace OpenClaw.Edge.TestKit.Sites;

/// <summary>A server on 127.0.0.1 that takes what is posted and answers with the states that the test gives it, the last one again and again.
/// One request a connection; one reader.</summary>
public sealed class PostBox : IAsyncDisposable
{
    private readonly Channel<(string Head, string Body)> posts = Channel.CreateBounded<(string, string)>(100);
    private readonly Queue<string> states;
    private readonly CancellationTokenSource stop = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task accepting;

    private PostBox(string[] states)
    {
        this.states = new Queue<string>(states);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Starts one that answers with these states, such as <c>204 No Content</c>.</summary>
    public static PostBox Start(params string[] states) => new(states);

    /// <summary>The next post, waited for.</summary>
    public Task<(string Head, string Body)> NextAsync() => Guard.Within(posts.Reader.ReadAsync().AsTask(), "a post");

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
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // the box closes
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        int filled = 0;
        int end = -1;
        int length = 0;
        while (end < 0 || filled < end + length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(filled), stop.Token);
            if (read == 0)
            {
                return;
            }

            filled += read;
            if (end < 0 && buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is >= 0 and int at)
            {
                end = at + 4;
                string line = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n").First(text => text.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                length = int.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture);
            }
        }

        posts.Writer.TryWrite((Encoding.ASCII.GetString(buffer, 0, end), Encoding.UTF8.GetString(buffer, end, length)));
        string state = states.Count > 1 ? states.Dequeue() : states.Peek();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {state}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), stop.Token);
    }
}

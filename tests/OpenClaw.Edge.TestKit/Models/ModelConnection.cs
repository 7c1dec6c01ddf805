using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>One HTTP/1.1 connection of the scripted server: reads requests one after another, notices at once when the peer goes away.</summary>
internal sealed class ModelConnection(ScriptedModelServer server, Socket socket, CancellationToken stop)
{
    private readonly CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private const int MaxHead = 64 * 1024;
    private byte[] input = new byte[16 * 1024];
    private int start;
    private int end;
    private Task<int>? receiving;

    /// <summary>Cuts the connection with a reset.</summary>
    public void Reset()
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // closed already
        }

        socket.Dispose();
    }

    public async Task RunAsync()
    {
        try
        {
            while (await ReadRequestAsync() is { } request)
            {
                server.Record(request);
                Task watching = WatchAsync(request);
                bool keep = await new ModelRoutes(server, this, request, gone.Token).AnswerAsync();
                request.MarkAnswered();
                if (!keep)
                {
                    break;
                }

                _ = watching;
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // the peer went away, or the server stops: both are ends a test asks for
        }
        finally
        {
            socket.Dispose();
            gone.Dispose();
        }
    }

    /// <summary>Sends all of <paramref name="bytes"/>.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None);
            bytes = bytes[sent..];
        }
    }

    // The one receive that is always pending while an answer is written: end of stream means that the client went away.
    private async Task WatchAsync(ScriptedRequest request)
    {
        try
        {
            receiving ??= ReceiveAsync();
            if (await receiving > 0)
            {
                return;
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // as good as an end of stream
        }

        request.MarkGone();
        try
        {
            await gone.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // the answer ended in the same moment
        }
    }

    private Task<int> ReceiveAsync()
    {
        if (start > 0)
        {
            input.AsSpan(start, end - start).CopyTo(input);
            end -= start;
            start = 0;
        }

        if (end == input.Length)
        {
            Array.Resize(ref input, input.Length * 2);
        }

        return socket.ReceiveAsync(input.AsMemory(end), SocketFlags.None).AsTask();
    }

    private async Task<bool> FillAsync()
    {
        receiving ??= ReceiveAsync();
        int count = await receiving;
        receiving = null;
        end += count;
        return count > 0;
    }

    private async Task<ScriptedRequest?> ReadRequestAsync()
    {
        int head;
        while ((head = input.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (end - start > MaxHead || !await FillAsync())
            {
                return null;
            }
        }

        string[] lines = Encoding.Latin1.GetString(input, start, head).Split("\r\n");
        start += head + 4;
        string[] requestLine = lines[0].Split(' ');
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        if (headers.GetValueOrDefault("Expect") == "100-continue")
        {
            await SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        byte[]? body = headers.GetValueOrDefault("Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true
            ? await ReadChunksAsync()
            : await TakeAsync(int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture));
        return body is null ? null : new ScriptedRequest(requestLine[0], requestLine[1], headers, body);
    }

    private async Task<byte[]?> TakeAsync(int count)
    {
        while (end - start < count)
        {
            if (!await FillAsync())
            {
                return null;
            }
        }

        byte[] taken = input.AsSpan(start, count).ToArray();
        start += count;
        return taken;
    }

    private async Task<byte[]?> ReadChunksAsync()
    {
        List<byte> body = [];
        while (true)
        {
            int line;
            while ((line = input.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
            {
                if (!await FillAsync())
                {
                    return null;
                }
            }

            int size = int.Parse(Encoding.Latin1.GetString(input, start, line).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            start += line + 2;
            byte[]? chunk = await TakeAsync(size + 2);
            if (chunk is null || size == 0)
            {
                return chunk is null ? null : body.ToArray();
            }

            body.AddRange(chunk.AsSpan(0, size));
        }
    }
}

using System.Buffers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

public sealed partial class DockerEngineClient
{
    private const int MaxHeadBytes = 16 * 1024;
    private const int ReadBytes = 32 * 1024;

    /// <summary>Prepares a command in a running container; its id.</summary>
    public async Task<string> CreateExecAsync(string container, ExecCreateRequest request, CancellationToken cancellationToken) =>
        (await PostAsync(
            $"/containers/{Uri.EscapeDataString(container)}/exec",
            request,
            DockerJson.Default.ExecCreateRequest,
            DockerJson.Default.DockerId,
            cancellationToken)).Id;

    /// <summary>How a command is doing.</summary>
    public Task<ExecInspect> InspectExecAsync(string exec, CancellationToken cancellationToken) =>
        GetAsync($"/exec/{exec}/json", DockerJson.Default.ExecInspect, cancellationToken);

    /// <summary>Changes the size of a command's terminal.</summary>
    public Task ResizeExecAsync(string exec, int columns, int rows, CancellationToken cancellationToken) =>
        PostAsync($"/exec/{exec}/resize?w={columns}&h={rows}", s_quick, cancellationToken);

    /// <summary>Starts a prepared command and passes its output on until it ends. Cancellation closes the connection, which
    /// does not end the command: the caller does that.</summary>
    /// <param name="exec">Id of the command.</param>
    /// <param name="tty">As it was prepared: the output then is one stream.</param>
    /// <param name="input">Read to its end and passed on, then closed; null is none.</param>
    /// <param name="onOutput">Gets what arrives; the flag says standard error.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    public async Task StartExecAsync(
        string exec, bool tty, Stream? input, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(onOutput);
        try
        {
            using Socket socket = await ConnectAsync(cancellationToken);
            await TalkAsync(socket, exec, tty, input, onOutput, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new EngineException(
                EngineFailure.Unreachable, $"the connection to the engine on {SocketPath} broke: {exception.Message}", exception);
        }
    }

    private async Task TalkAsync(
        Socket socket, string exec, bool tty, Stream? input, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        using CancellationTokenSource inputStop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task feeding = Task.CompletedTask;
        try
        {
            await SendStartAsync(socket, exec, tty, cancellationToken);
            (int start, int end) = await ReadHeadAsync(socket, buffer, exec, cancellationToken);
            feeding = input is null ? feeding : FeedAsync(socket, input, inputStop.Token);
            await PassOnAsync(socket, buffer, start, end, tty, onOutput, cancellationToken);
        }
        finally
        {
            await inputStop.CancelAsync();
            await feeding;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendStartAsync(Socket socket, string exec, bool tty, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new ExecStartRequest(false, tty), DockerJson.Default.ExecStartRequest);
        string head = $"POST {_prefix}/exec/{exec}/start HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n"
            + $"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {body.Length}\r\n\r\n";
        byte[] request = [.. Encoding.ASCII.GetBytes(head), .. body];
        for (int sent = 0; sent < request.Length;)
        {
            sent += await socket.SendAsync(request.AsMemory(sent), cancellationToken);
        }
    }

    // "HTTP/1.1 101 UPGRADED" or 200, header lines, an empty line; then the stream is the command's.
    private async Task<(int Start, int End)> ReadHeadAsync(Socket socket, byte[] buffer, string exec, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(s_slow, _clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        int filled = 0;
        int head;
        try
        {
            do
            {
                int read = filled < MaxHeadBytes ? await socket.ReceiveAsync(buffer.AsMemory(filled), either.Token) : 0;
                if (read == 0)
                {
                    throw new EngineException(EngineFailure.Unreachable, $"exec {exec}: the engine closed the connection");
                }

                filled += read;
                head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            }
            while (head < 0);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineException(EngineFailure.Broken, $"exec {exec}: the engine did not start it within {s_slow.TotalSeconds:0} s");
        }

        int status = filled > 12 && int.TryParse(Encoding.ASCII.GetString(buffer, 9, 3), out int code) ? code : 0;
        if (status is 101 or 200)
        {
            return (head + 4, filled);
        }

        // the reason may come in a packet of its own
        int more = filled == head + 4 ? await socket.ReceiveAsync(buffer.AsMemory(filled), either.Token) : 0;
        throw EngineException.Of($"exec {exec}", status, ReasonOf(buffer.AsSpan(head + 4, filled + more - head - 4)));
    }

    private static string ReasonOf(ReadOnlySpan<byte> body)
    {
        int brace = body.IndexOf((byte)'{'); // a chunked body starts with its length
        int end = body.LastIndexOf((byte)'}');
        return Reason(brace >= 0 && end > brace ? body[brace..(end + 1)] : body);
    }

    private static async Task PassOnAsync(
        Socket socket, byte[] buffer, int start, int end, bool tty, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        LogDemuxer demuxer = new();
        while (true)
        {
            if (end > start)
            {
                if (tty)
                {
                    onOutput(buffer.AsSpan(start, end - start), false);
                }
                else if (!demuxer.TryFeed(buffer.AsSpan(start, end - start), onOutput))
                {
                    throw new EngineException(EngineFailure.Broken, "the engine's output stream is not understood");
                }
            }

            start = 0;
            end = await socket.ReceiveAsync(buffer.AsMemory(0, ReadBytes), cancellationToken);
            if (end == 0)
            {
                return;
            }
        }
    }

    private static async Task FeedAsync(Socket socket, Stream input, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[8 * 1024];
        try
        {
            int read;
            while ((read = await input.ReadAsync(chunk, cancellationToken)) > 0)
            {
                for (int sent = 0; sent < read;)
                {
                    sent += await socket.SendAsync(chunk.AsMemory(sent, read - sent), cancellationToken);
                }
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // the command ended, or reads no more
        }
    }
}

using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>One socket from challenge to close: a read loop that owns its state, and an output that anyone may send to.
/// It has no timers: <see cref="ConnectionSweep"/> looks at all connections at once.</summary>
internal sealed partial class GatewayConnection : IAsyncDisposable
{
    private readonly ConnectionHost _host;
    private readonly WebSocketInput _input;
    private readonly WebSocketOutput _output;
    private readonly Action _abort;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _pendingGate = new();
    private TaskCompletionSource? _idle;
    private int _pending;
    private long _pendingBytes;
    private int _wrongRoleCalls;
    private int _closing;

    /// <summary>Creates a connection over an upgraded stream.</summary>
    /// <param name="host">What all connections share.</param>
    /// <param name="stream">Where the peer's bytes come from; owned by the caller.</param>
    /// <param name="output">Where ours go; owned by the caller.</param>
    /// <param name="peer">Who is there.</param>
    /// <param name="upgrade">What the upgrade request said.</param>
    /// <param name="abort">Cuts the socket at once.</param>
    public GatewayConnection(ConnectionHost host, Stream stream, PipeWriter output, PeerInfo peer, UpgradeFacts upgrade, Action abort)
    {
        _host = host;
        _abort = abort;
        _input = new WebSocketInput(stream, ProtocolLimits.MaxHandshakeFrameBytes, host.Time);
        _output = new WebSocketOutput(output, host.Budget, ProtocolLimits.MaxBufferedBytes, host.Time);
        Peer = peer;
        Upgrade = upgrade;
        OpenedAt = host.Time.GetTimestamp();
    }

    /// <summary>Id, new for each socket.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>Nonce of the challenge.</summary>
    public string Nonce { get; } = Guid.NewGuid().ToString();

    /// <summary>Who is there.</summary>
    public PeerInfo Peer { get; }

    /// <summary>What the upgrade request said.</summary>
    public UpgradeFacts Upgrade { get; }

    /// <summary>Timestamp of the upgrade.</summary>
    public long OpenedAt { get; }

    /// <summary>Timestamp of the last bytes from the peer.</summary>
    public long LastHeard => _input.LastHeard;

    /// <summary>Timestamp of the ping that waits for an answer; 0 when none does.</summary>
    public long PingSent { get; set; }

    /// <summary>Timestamp of the last ping.</summary>
    public long LastPing { get; set; }

    /// <summary>Timestamp at which our close frame was queued; 0 while open.</summary>
    public long ClosedAt { get; private set; }

    /// <summary>What the client may do and sees; null before hello-ok.</summary>
    public ConnectionGrant? Grant { get; private set; }

    /// <summary>Sessions whose events it wants.</summary>
    public ConnectionSubscriptions Subscriptions { get; } = new();

    /// <summary>Runs until the socket has ended and everything it started has too.</summary>
    public async Task RunAsync()
    {
        try
        {
            Send(FrameWriter.Event("connect.challenge", json =>
            {
                json.WriteStartObject();
                json.WriteString("nonce"u8, Nonce);
                json.WriteNumber("ts"u8, _host.Time.GetUtcNow().ToUnixTimeMilliseconds());
                json.WriteTexts("capabilities", [HelloWriter.ModelCatalogSnapshot]);
                json.WriteEndObject();
            }));
            await ReadLoopAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            Log.Lost(_host.Logger, Id, exception.Message);
        }
    }

    /// <summary>Queues a frame that the peer must get; a peer too slow for it is closed.</summary>
    public void Send(ReadOnlyMemory<byte> frame)
    {
        if (_output.Send(frame) == SendOutcome.Overflow)
        {
            CloseSlow();
        }
    }

    /// <summary>Queues an event under the connection's next number.</summary>
    public void SendEvent(ReadOnlyMemory<byte> open, bool dropIfSlow)
    {
        if (_output.SendEvent(open, dropIfSlow) == SendOutcome.Overflow)
        {
            CloseSlow();
        }
    }

    /// <summary>Queues a text update; see <see cref="WebSocketOutput.SendUpdate"/>.</summary>
    public void SendUpdate(TextUpdate update, bool now) => _output.SendUpdate(update, now);

    /// <summary>Queues a ping.</summary>
    public void SendPing(long timestamp)
    {
        LastPing = timestamp;
        PingSent = timestamp;
        _output.Send(ReadOnlyMemory<byte>.Empty, WebSocketOpcode.Ping);
    }

    /// <summary>Queues a close frame; the sweep cuts a peer that does not answer it.</summary>
    public void Close(int code, string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            ClosedAt = Math.Max(1, _host.Time.GetTimestamp());
            _output.Close(ClosePayload.Of(code, reason));
        }
    }

    /// <summary>Cuts the socket.</summary>
    public void Abort()
    {
        try
        {
            _abort();
        }
        catch (ObjectDisposedException)
        {
            // it ended by itself between the look at the list and now
        }
    }

    /// <summary>Waits for everything the connection started; the read loop has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task idle;
        lock (_pendingGate)
        {
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_pending == 0)
            {
                _idle.TrySetResult();
            }

            idle = _idle.Task;
        }

        await idle;
        Task written = _output.CompleteAsync();
        if (!written.IsCompleted)
        {
            // The close frame may still go out to a peer that reads; the sweep no longer sees this connection.
            await Task.WhenAny(written, Task.Delay(ProtocolLimits.CloseTimeout, _host.Time));
            if (!written.IsCompleted)
            {
                Abort();
                await written;
            }
        }

        _input.Dispose();
        _stopping.Dispose();
    }

    private async Task ReadLoopAsync()
    {
        while (true)
        {
            WebSocketMessage message = await _input.ReadAsync(_stopping.Token);
            switch (message.Kind)
            {
                case WebSocketMessageKind.Data:
                    await OnDataAsync(message.Payload);
                    break;
                case WebSocketMessageKind.Ping:
                    _output.Send(message.Payload.ToArray(), WebSocketOpcode.Pong);
                    break;
                case WebSocketMessageKind.Pong:
                    PingSent = 0;
                    break;
                case WebSocketMessageKind.Close:
                    int answer = ClosePayload.Answer(message.Payload.Span);
                    _output.Close(answer == 0 ? ReadOnlyMemory<byte>.Empty : ClosePayload.Of(answer, ""));
                    return;
                case WebSocketMessageKind.BadText:
                    Close(CloseCodes.BadText, "");
                    await _input.DiscardAsync(_stopping.Token);
                    return;
                case WebSocketMessageKind.TooBig:
                    Close(CloseCodes.TooBig, "");
                    await _input.DiscardAsync(_stopping.Token);
                    return;
                case WebSocketMessageKind.ProtocolError:
                    Close(CloseCodes.ProtocolError, "");
                    await _input.DiscardAsync(_stopping.Token);
                    return;
                default:
                    return;
            }
        }
    }

    private async ValueTask OnDataAsync(ReadOnlyMemory<byte> text)
    {
        if (ClosedAt != 0)
        {
            return; // refused already; we only wait for the peer's close
        }

        FrameError error = FrameReader.TryRead(new ReadOnlySequence<byte>(text), out RequestFrame frame);
        if (Grant is null)
        {
            await ShakeHandsAsync(error, frame);
        }
        else if (error is not (FrameError.NotJson or FrameError.NotObject))
        {
            Dispatch(error, frame);
        }
    }

    private void CloseSlow()
    {
        Log.TooSlow(_host.Logger, Id, _output.Waiting);
        Close(CloseCodes.PolicyViolation, "slow consumer");
    }

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Debug, "Connection {ConnectionId} ended without a close frame: {Reason}")]
        public static partial void Lost(ILogger logger, string connectionId, string reason);

        [LoggerMessage(2111, LogLevel.Warning, "Connection {ConnectionId} closed: {Bytes} bytes wait and the peer is not reading.")]
        public static partial void TooSlow(ILogger logger, string connectionId, long bytes);

        [LoggerMessage(2112, LogLevel.Error, "Method {Method} of connection {ConnectionId} failed; the caller got a fixed sentence.")]
        public static partial void MethodFailed(ILogger logger, string method, string connectionId, Exception exception);

        [LoggerMessage(2113, LogLevel.Information, "Connection {ConnectionId} from {Address} ({Client}) refused: {Reason}")]
        public static partial void Refused(ILogger logger, string connectionId, System.Net.IPAddress address, string client, string reason);
    }
}

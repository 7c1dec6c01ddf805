using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli;

/// <summary>One authenticated connection to a gateway: calls with answers, and events as they come. Calls may be made
/// from several threads; events are delivered one by one on the reading loop, which waits for the callback.</summary>
public sealed partial class GatewayClient : IAsyncDisposable
{
    // The original allows 15 s for the handshake; a gateway on this machine or LAN needs none of it.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly FrameSocket _socket;
    private readonly GatewayTarget _target;
    private readonly TimeProvider _clock;
    private readonly Action<GatewayEvent>? _onEvent;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PendingCall> _pending = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<JsonElement> _challenge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private CliException? _failure;
    private int _lastId;

    private GatewayClient(FrameSocket socket, GatewayTarget target, TimeProvider clock, Action<GatewayEvent>? onEvent)
    {
        _socket = socket;
        _target = target;
        _clock = clock;
        _onEvent = onEvent;
    }

    /// <summary>The gateway's greeting: server, features, snapshot, granted scopes.</summary>
    public JsonElement Hello { get; private set; }

    /// <summary>Completes when the connection is gone, whoever ended it.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Connects and authenticates, or throws a <see cref="CliException"/> that says why not.</summary>
    public static async Task<GatewayClient> ConnectAsync(
        GatewayTarget target,
        GatewayConnectOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(options.Timeout, clock);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        GatewayClient? client = null;
        try
        {
            FrameSocket socket = await FrameSocket.ConnectAsync(target.Uri, either.Token);
            client = new GatewayClient(socket, target, clock, options.OnEvent);
            client._reading = client.ReadAsync();
            JsonElement challenge = await client._challenge.Task.WaitAsync(either.Token);
            client.Hello = await client.CallAsync(
                "connect", writer => WriteConnect(writer, target, options, challenge), options.Timeout, cancellationToken);
            options.Identity?.Keep(target, client.Hello.Member("auth"));
            return client;
        }
        catch (Exception e)
        {
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
            CliException? known = e switch
            {
                CliException failure => failure,
                WebSocketException => Unreachable(target, e),
                OperationCanceledException when deadline.IsCancellationRequested => NoAnswer(target, options.Timeout),
                _ => null,
            };
            if (known is null || known == e)
            {
                throw;
            }

            throw known;
        }
    }

    /// <summary>Calls a method and returns the payload of its answer.</summary>
    /// <param name="method">Such as <c>status</c>.</param>
    /// <param name="parameters">Writes the params value; null leaves params out.</param>
    /// <param name="timeout">Longest wait for the answer.</param>
    /// <param name="cancellationToken">Gives up waiting; the gateway may still do what was asked.</param>
    /// <param name="onAccepted">When given, an answer with status <c>accepted</c> goes there and the wait goes on for the
    /// second answer.</param>
    public async Task<JsonElement> CallAsync(
        string method,
        Action<Utf8JsonWriter>? parameters,
        TimeSpan timeout,
        CancellationToken cancellationToken,
        Action<JsonElement>? onAccepted = null)
    {
        string id = $"{Interlocked.Increment(ref _lastId)}:{Guid.NewGuid():D}";
        PendingCall call = new(method, onAccepted);
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            _pending.Add(id, call);
        }

        using CancellationTokenSource deadline = new(timeout, _clock);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _socket.SendAsync(Request(id, method, parameters), WebSocketOpcode.Text, either.Token);
            return await call.Answer.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException(
                ExitCode.Failed,
                $"{method}: no answer from {_target.Display} within {timeout.TotalSeconds:0.#} s; raise --timeout or see 'openclaw logs'",
                "gateway_timeout");
        }
        catch (WebSocketException e)
        {
            throw Unreachable(_target, e);
        }
        finally
        {
            lock (_gate)
            {
                _pending.Remove(id);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using (CancellationTokenSource deadline = new(CloseTimeout, _clock))
        {
            try
            {
                await _socket.CloseAsync(deadline.Token);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                // the other side was faster
            }
        }

        await _stopping.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private sealed class PendingCall(string method, Action<JsonElement>? onAccepted)
    {
        public string Method => method;

        public Action<JsonElement>? OnAccepted => onAccepted;

        public TaskCompletionSource<JsonElement> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

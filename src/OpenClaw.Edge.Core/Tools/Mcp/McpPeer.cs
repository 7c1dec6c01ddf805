using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Tools;

/// <summary>JSON-RPC 2.0 with one MCP server: requests find their answers, what the server asks is answered, late and unknown
/// answers are nobody's. Thread-safe. Source: Model Context Protocol 2025-06-18, base protocol.</summary>
internal sealed partial class McpPeer : IAsyncDisposable
{
    private const int MaxPending = 64;
    private const int LongestProgress = 10; // times the timeout: a call that reports progress for ever ends too
    private const int MaxReasonChars = 2_000;

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly McpWire _wire;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Pending> _pending = [];
    private long _lastId;
    private int _nonsense;

    public McpPeer(string name, McpWire wire, TimeProvider time, ILogger logger)
    {
        _name = name;
        _wire = wire;
        _time = time;
        _logger = logger;
        wire.Received = Receive;
        wire.Dropped = Drop;
        Closed = WatchAsync();
    }

    /// <summary>Called when the server says that its tools changed; must not block.</summary>
    public Action ToolsChanged { get; set; } = static () => { };

    /// <summary>Completes with the reason when the server is gone; all calls have failed then.</summary>
    public Task<McpException> Closed { get; }

    /// <summary>Asks and waits for the answer. Each sign of progress grants the time anew. Throws <see cref="McpException"/>, and
    /// <see cref="OperationCanceledException"/> after the server was told.</summary>
    public async Task<JsonElement> CallAsync(
        string method, Action<Utf8JsonWriter> parameters, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(timeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var pending = new Pending(deadline, timeout, _time.GetTimestamp());
        long id = Add(pending);
        try
        {
            await _wire.SendAsync(Message(method, id, parameters), id, either.Token);
            return await pending.Answer.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            bool late = !cancellationToken.IsCancellationRequested;
            await TellCancelledAsync(id, late ? "timed out" : "cancelled by the person");
            cancellationToken.ThrowIfCancellationRequested();
            throw new McpException(
                McpFailure.TimedOut,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_name} did not answer {method} within {timeout.TotalSeconds:0.#} s (mcp.servers.{_name}.requestTimeoutMs)"));
        }
        finally
        {
            lock (_gate)
            {
                _pending.Remove(id);
            }
        }
    }

    /// <summary>Says something that has no answer.</summary>
    public Task NotifyAsync(string method, Action<Utf8JsonWriter>? parameters, CancellationToken cancellationToken) =>
        _wire.SendAsync(Message(method, null, parameters), null, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _wire.DisposeAsync();
        await Closed;
    }

    private long Add(Pending pending)
    {
        lock (_gate)
        {
            if (_wire.Closed.IsCompleted)
            {
                throw Why();
            }

            if (_pending.Count >= MaxPending)
            {
                throw new McpException(McpFailure.Refused, $"{_name} has {MaxPending} calls in hand; wait for one to end");
            }

            _pending.Add(++_lastId, pending);
            return _lastId;
        }
    }

    private async Task<McpException> WatchAsync()
    {
        McpException why = await _wire.Closed;
        Pending[] left;
        lock (_gate)
        {
            left = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (Pending pending in left)
        {
            pending.Answer.TrySetException(Why());
        }

        return why;
    }

    // An exception is thrown where it is thrown: each call gets one of its own.
    private McpException Why() => _wire.Reason is { } why ? new(why.Failure, why.Message) : new(McpFailure.Gone, $"{_name} is gone");

    private async Task TellCancelledAsync(long id, string reason)
    {
        using CancellationTokenSource deadline = new(s_farewell, _time);
        try
        {
            await NotifyAsync(
                "notifications/cancelled",
                json =>
                {
                    json.WriteNumber("requestId"u8, id);
                    json.WriteString("reason"u8, reason);
                },
                deadline.Token);
        }
        catch (Exception exception) when (exception is McpException or OperationCanceledException)
        {
            // whoever is gone does not need to be told
        }
    }

    private void Receive(JsonElement message)
    {
        string? method = message.TryGetProperty("method"u8, out JsonElement named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        bool hasId = message.TryGetProperty("id"u8, out JsonElement id) && id.ValueKind is JsonValueKind.Number or JsonValueKind.String;
        if (method is not null && hasId)
        {
            _ = AnswerAsync(method, id);
        }
        else if (method is not null)
        {
            Hear(method, message.TryGetProperty("params"u8, out JsonElement parameters) ? parameters : default);
        }
        else if (hasId && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out long number) && Find(number) is { } pending)
        {
            Settle(pending, message);
        }
        else if (Interlocked.Increment(ref _nonsense) is 1 or 100)
        {
            Log.NobodyAsked(_logger, _name); // an answer after its timeout, or to nothing
        }
    }

    private void Settle(Pending pending, JsonElement message)
    {
        if (message.TryGetProperty("result"u8, out JsonElement result))
        {
            pending.Answer.TrySetResult(result);
            return;
        }

        string reason = message.TryGetProperty("error"u8, out JsonElement error) && error.ValueKind == JsonValueKind.Object
            && error.TryGetProperty("message"u8, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : "an error without a message";
        pending.Answer.TrySetException(new McpException(
            McpFailure.Refused, $"{_name}: {(reason.Length > MaxReasonChars ? reason[..MaxReasonChars] + "…" : reason)}"));
    }

    private void Hear(string method, JsonElement parameters)
    {
        switch (method)
        {
            case "notifications/tools/list_changed":
                ToolsChanged();
                break;
            case "notifications/progress" when parameters.ValueKind == JsonValueKind.Object
                && parameters.TryGetProperty("progressToken"u8, out JsonElement token) && token.ValueKind == JsonValueKind.Number
                && token.TryGetInt64(out long id) && Find(id) is { } pending:
                pending.Prolong(_time, LongestProgress);
                break;
        }
    }

    private void Drop(long? id)
    {
        Pending[] meant;
        lock (_gate)
        {
            meant = id is { } known && _pending.TryGetValue(known, out Pending? one) ? [one] : [.. _pending.Values];
        }

        Log.TooLong(_logger, _name, McpWire.MaxMessageBytes);
        foreach (Pending pending in meant)
        {
            pending.Answer.TrySetException(new McpException(
                McpFailure.Refused,
                $"{_name} answered with more than {McpWire.MaxMessageBytes / (1024 * 1024)} MiB, which is not taken; ask for less"));
        }
    }

    private Pending? Find(long id)
    {
        lock (_gate)
        {
            return _pending.GetValueOrDefault(id);
        }
    }

    // A ping is answered; nothing else is offered to servers: no sampling, no roots, no questions to the person.
    private async Task AnswerAsync(string method, JsonElement id)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WritePropertyName("id"u8);
            id.WriteTo(json);
            json.WriteStartObject(method == "ping" ? "result"u8 : "error"u8);
            if (method != "ping")
            {
                json.WriteNumber("code"u8, -32601);
                json.WriteString("message"u8, "this client does not offer that"u8);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        using CancellationTokenSource deadline = new(s_farewell, _time);
        try
        {
            await _wire.SendAsync(buffer.WrittenMemory, null, deadline.Token);
        }
        catch (Exception exception) when (exception is McpException or OperationCanceledException)
        {
            // its own calls tell that it is gone
        }
    }

    private static ReadOnlyMemory<byte> Message(string method, long? id, Action<Utf8JsonWriter>? parameters)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            if (id is { } number)
            {
                json.WriteNumber("id"u8, number);
            }

            json.WriteString("method"u8, method);
            if (parameters is not null)
            {
                json.WriteStartObject("params"u8);
                parameters(json);
                if (id is { } token && method == "tools/call")
                {
                    json.WriteStartObject("_meta"u8);
                    json.WriteNumber("progressToken"u8, token);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private sealed class Pending(CancellationTokenSource deadline, TimeSpan timeout, long startedAt)
    {
        public TaskCompletionSource<JsonElement> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Prolong(TimeProvider time, int times)
        {
            try
            {
                if (time.GetElapsedTime(startedAt) < timeout * times)
                {
                    deadline.CancelAfter(timeout);
                }
            }
            catch (ObjectDisposedException)
            {
                // the call has just ended
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1750, LogLevel.Debug, "mcp:{Server}: an answer that nobody waits for.")]
        public static partial void NobodyAsked(ILogger logger, string server);

        [LoggerMessage(1751, LogLevel.Warning, "mcp:{Server}: a message of more than {Bytes} bytes was thrown away; what asked for it has failed.")]
        public static partial void TooLong(ILogger logger, string server, int bytes);
    }
}

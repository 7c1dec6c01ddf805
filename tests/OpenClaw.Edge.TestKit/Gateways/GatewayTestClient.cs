using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Gateways;

/// <summary>A client of the gateway's WebSocket, protocol 4, that sends what the test writes and keeps every event. Calls may run at the same time; one reader of events.</summary>
public sealed class GatewayTestClient : IAsyncDisposable
{
    private const string TwiceAnswered = "twice-";
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> waiting = new();
    private readonly List<JsonElement> events = [];
    private readonly SemaphoreSlim sending = new(1);
    private readonly Lock gate = new();
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task reading = Task.CompletedTask;
    private int ids;
    private bool ended;

    private GatewayTestClient()
    {
    }

    /// <summary>The payload of <c>hello-ok</c>.</summary>
    public JsonElement Hello { get; private set; }

    /// <summary>The challenge event's payload.</summary>
    public JsonElement Challenge { get; private set; }

    /// <summary>Status of the close frame, once the peer closed.</summary>
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    /// <summary>Reason of the close frame.</summary>
    public string? CloseReason => socket.CloseStatusDescription;

    /// <summary>All events so far, as whole frames.</summary>
    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (gate)
            {
                return [.. events];
            }
        }
    }

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended => reading;

    /// <summary>Connects and shakes hands as the backend client with every scope. Throws <see cref="GatewayCallException"/> when refused.</summary>
    public static async Task<GatewayTestClient> ConnectAsync(Uri gateway, string token, params string[] scopes)
    {
        GatewayTestClient client = await OpenAsync(gateway);
        string asked = string.Join(',', (scopes.Length > 0 ? scopes : ["operator.read", "operator.write", "operator.admin", "operator.approvals"]).Select(scope => $"\"{scope}\""));
        try
        {
            await client.HandshakeAsync(
                $$$"""
                {"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1.0.0","platform":"linux","mode":"backend"},
                 "role":"operator","scopes":[{{{asked}}}],"caps":["tool-events","approvals"],"auth":{"token":"{{{token}}}"},"locale":"en-US","userAgent":"edge-test/1"}
                """);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the socket and waits for the challenge; <paramref name="headers"/> go into the upgrade request.</summary>
    public static async Task<GatewayTestClient> OpenAsync(Uri gateway, string path = "/", params (string Name, string Value)[] headers)
    {
        GatewayTestClient client = new();
        try
        {
            foreach ((string name, string value) in headers)
            {
                client.socket.Options.SetRequestHeader(name, value);
            }

            await Guard.Within(client.socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = path }.Uri, CancellationToken.None));
            client.reading = client.ReadAsync();
            client.Challenge = (await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("connect.challenge"))).GetProperty("payload");
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends <c>connect</c> with these params.</summary>
    public async Task HandshakeAsync(string connectParams) => Hello = await CallAsync("connect", connectParams);

    /// <summary>Calls a method; returns the payload of its response, or throws <see cref="GatewayCallException"/>.</summary>
    public Task<JsonElement> CallAsync(string method, string parameters = "{}") => CallAsync("r", method, parameters);

    /// <summary>Calls a method that answers twice, and waits for the second answer.</summary>
    public Task<JsonElement> CallToTheEndAsync(string method, string parameters) => CallAsync(TwiceAnswered, method, parameters);

    private async Task<JsonElement> CallAsync(string prefix, string method, string parameters)
    {
        string id = $"{prefix}{Interlocked.Increment(ref ids)}";
        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        lock (gate)
        {
            if (ended)
            {
                throw Gone();
            }
        }

        await SendAsync($$"""{"type":"req","id":"{{id}}","method":"{{method}}","params":{{parameters}}}""");
        return await Guard.Within(answer.Task, $"the response to {method}");
    }

    /// <summary>Sends one text frame as it is.</summary>
    public async Task SendAsync(string text)
    {
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            throw Gone(); // nobody cancels: so says the socket that is aborted while it sends
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>The first event, old or new, that satisfies <paramref name="wanted"/>. Fails after 15 s without any event, after
    /// a minute of others, or when the connection ends.</summary>
    public async Task<JsonElement> NextEventAsync(Func<JsonElement, bool> wanted)
    {
        int seen = 0;
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Task more;
            lock (gate)
            {
                for (; seen < events.Count; seen++)
                {
                    if (wanted(events[seen]))
                    {
                        return events[seen];
                    }
                }

                if (ended)
                {
                    throw new InvalidOperationException($"The connection ended ({CloseStatus} {CloseReason}) after {seen} events, none of them the one waited for.");
                }

                more = arrived.Task;
            }

            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException($"None of {seen} events was the one waited for; the last: {Events[^1]}");
            }

            await Guard.Within(more, "an event");
        }
    }

    /// <summary>The first <c>chat</c> event of a run in one of these states; its payload.</summary>
    public async Task<JsonElement> ChatEventAsync(string runId, params string[] states) =>
        (await NextEventAsync(frame => IsChat(frame, runId) && states.Contains(frame.GetProperty("payload").GetProperty("state").GetString()))).GetProperty("payload");

    /// <summary>Sends a chat message; returns its run id once the gateway has acknowledged it.</summary>
    public async Task<string> SendChatAsync(string sessionKey, string message, string? idempotencyKey = null)
    {
        string key = idempotencyKey ?? Guid.NewGuid().ToString();
        JsonElement answer = await CallAsync(
            "chat.send", $$"""{"sessionKey":"{{sessionKey}}","message":"{{JsonEncodedText.Encode(message)}}","idempotencyKey":"{{key}}"}""");
        return answer.GetProperty("runId").GetString()!;
    }

    /// <summary>Sends a chat message and follows its run to the end.</summary>
    public async Task<ChatTurn> ChatAsync(string sessionKey, string message) => await FollowAsync(await SendChatAsync(sessionKey, message));

    /// <summary>Follows a run to its end.</summary>
    public async Task<ChatTurn> FollowAsync(string runId)
    {
        JsonElement last = await ChatEventAsync(runId, "final", "error", "aborted");
        StringBuilder streamed = new();
        int deltas = 0;
        foreach (JsonElement payload in Events.Where(frame => IsChat(frame, runId)).Select(frame => frame.GetProperty("payload")))
        {
            if (payload.GetProperty("state").ValueEquals("delta"))
            {
                deltas++;
                if (payload.TryGetProperty("replace", out JsonElement replace) && replace.GetBoolean())
                {
                    streamed.Clear();
                }

                streamed.Append(payload.GetProperty("deltaText").GetString());
            }
        }

        string text = last.TryGetProperty("message", out JsonElement message) ? TextOf(message) : "";
        string? error = last.TryGetProperty("errorMessage", out JsonElement told) ? told.GetString() : null;
        return new ChatTurn(runId, last.GetProperty("state").GetString()!, streamed.ToString(), text, error, deltas);
    }

    /// <summary>Messages of a session, newest last, as <c>role: text</c>.</summary>
    public async Task<IReadOnlyList<string>> HistoryAsync(string sessionKey)
    {
        JsonElement page = await CallAsync("chat.history", $$"""{"sessionKey":"{{sessionKey}}","limit":1000}""");
        return [.. page.GetProperty("messages").EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {TextOf(message)}")];
    }

    /// <summary>The text parts of a message.</summary>
    public static string TextOf(JsonElement message)
    {
        JsonElement content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Concat(content.EnumerateArray().Where(part => part.GetProperty("type").ValueEquals("text")).Select(part => part.GetProperty("text").GetString()));
    }

    /// <summary>Cuts the connection without a goodbye.</summary>
    public void Abort() => socket.Abort();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        await reading;
        socket.Dispose();
        sending.Dispose();
    }

    private static bool IsChat(JsonElement frame, string runId) =>
        frame.GetProperty("event").ValueEquals("chat") && frame.GetProperty("payload").GetProperty("runId").ValueEquals(runId);

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                length += part.Count;
                if (part.EndOfMessage)
                {
                    Take(buffer.AsMemory(0, length));
                    length = 0;
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // the end of the connection, however it came
        }

        End();
    }

    private void End()
    {
        lock (gate)
        {
            ended = true;
        }

        arrived.TrySetResult();
        foreach (TaskCompletionSource<JsonElement> call in waiting.Values)
        {
            call.TrySetException(Gone());
        }
    }

    private InvalidOperationException Gone() => new($"The connection ended before the response: {CloseStatus} {CloseReason}");

    private void Take(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8);
        JsonElement frame = document.RootElement.Clone();
        if (frame.GetProperty("type").ValueEquals("event"))
        {
            TaskCompletionSource before;
            lock (gate)
            {
                events.Add(frame);
                before = arrived;
                arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            before.TrySetResult();
            return;
        }

        // A method may answer twice under one id (accepted, then final): the first one completes the call unless the test waits for the second.
        string id = frame.GetProperty("id").GetString()!;
        if (id.StartsWith(TwiceAnswered, StringComparison.Ordinal) && frame.TryGetProperty("payload", out JsonElement first)
            && first.TryGetProperty("status", out JsonElement status) && status.ValueEquals("accepted"))
        {
            return;
        }

        if (waiting.TryRemove(id, out TaskCompletionSource<JsonElement>? call))
        {
            if (frame.GetProperty("ok").GetBoolean())
            {
                call.TrySetResult(frame.TryGetProperty("payload", out JsonElement payload) ? payload : default);
            }
            else
            {
                JsonElement error = frame.GetProperty("error");
                call.TrySetException(new GatewayCallException(error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!, error));
            }
        }
    }
}

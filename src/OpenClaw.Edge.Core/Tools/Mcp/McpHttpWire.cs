using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Sse;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>An MCP server on the network: a POST a message, answered as JSON or as an event stream; or, the older way, one event
/// stream for all answers. Redirects are not followed, so that no token follows one. Source: Model Context Protocol 2025-06-18,
/// transports, streamable HTTP; 2024-11-05, HTTP with SSE.</summary>
internal sealed partial class McpHttpWire : McpWire
{
    private const int MaxReasonBytes = 2_000;
    private const int MaxListens = 5; // in a row without an event: then it is left

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_listenAgain = TimeSpan.FromSeconds(5);

    private readonly McpServerConfig _server;
    private readonly ProviderHttp _http;
    private readonly bool _ownsHttp;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Uri _url;
    private Uri? _endpoint; // of the older way
    private string? _session;
    private bool _answered;
    private Task _listening = Task.CompletedTask;

    public McpHttpWire(McpServerConfig server, ProviderHttp http, bool ownsHttp, TimeProvider time, ILogger logger)
    {
        _server = server;
        _http = http;
        _ownsHttp = ownsHttp;
        _time = time;
        _logger = logger;
        _url = new Uri(server.Url!.Trim());
    }

    /// <inheritdoc />
    public override Task OpenAsync(CancellationToken cancellationToken) =>
        _server.Transport == "sse" ? OpenStreamAsync(cancellationToken) : Task.CompletedTask;

    /// <inheritdoc />
    public override async Task SendAsync(ReadOnlyMemory<byte> message, long? id, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
        try
        {
            await PostAsync(message, id, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new McpException(McpFailure.Gone, $"{_server.Name} cannot be reached: {exception.GetBaseException().Message}", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new McpException(McpFailure.Gone, $"{_server.Name} was stopped");
        }
    }

    /// <inheritdoc />
    public override void Listen()
    {
        if (_endpoint is null)
        {
            _listening = ListenAsync();
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        Close(McpFailure.Gone, $"{_server.Name} was stopped");
        await _stopping.CancelAsync();
        await _listening;
        if (_session is not null)
        {
            await LeaveAsync();
        }

        if (_ownsHttp)
        {
            _http.Dispose();
        }

        _stopping.Dispose();
    }

    private async Task PostAsync(ReadOnlyMemory<byte> message, long? id, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, _endpoint ?? _url, "application/json, text/event-stream");
        request.Content = new ReadOnlyMemoryContent(message);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            if (!_answered && _endpoint is null && _server.Transport is null && (int)response.StatusCode is 400 or 404 or 405 or 406 or 415)
            {
                await OpenStreamAsync(cancellationToken); // a server of the older kind
                await PostAsync(message, id, cancellationToken);
                return;
            }

            throw await RefusedAsync(response, cancellationToken);
        }

        _answered = true;
        if (response.Headers.TryGetValues("Mcp-Session-Id", out IEnumerable<string>? sessions))
        {
            _session ??= sessions.FirstOrDefault(session => session.Length is > 0 and < 1024);
        }

        if (_endpoint is not null || response.StatusCode == HttpStatusCode.Accepted || id is null)
        {
            return; // the answer comes by the stream, or there is none
        }

        await ReadAnswerAsync(response, id.Value, cancellationToken);
    }

    private async Task ReadAnswerAsync(HttpResponseMessage response, long id, CancellationToken cancellationToken)
    {
        string type = response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() ?? "";
        if (type == "text/event-stream")
        {
            bool found = false;
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await PumpAsync(body, (_, data) => !(Take(data, id, out found) && found), cancellationToken);
            if (!found)
            {
                throw new McpException(McpFailure.Gone, $"{_server.Name} ended its answer before the result; the call may have been carried out");
            }

            return;
        }

        (byte[] bytes, bool cut) = await WebBody.ReadAsync(response.Content, MaxMessageBytes, cancellationToken);
        if (cut)
        {
            Dropped(id);
        }
        else if (!Take(bytes))
        {
            throw new McpException(McpFailure.Broken, $"{_server.Name} answered with {(type.Length == 0 ? "something" : type)} that is no MCP: is {_url.GetLeftPart(UriPartial.Path)} the address of an MCP server?");
        }
    }

    private async Task<McpException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        (byte[] body, _) = await WebBody.ReadAsync(response.Content, MaxReasonBytes, cancellationToken);
        int status = (int)response.StatusCode;
        string said = OutputText.Clean(body).ReplaceLineEndings(" ").Trim();
        string hint = status switch
        {
            401 or 403 => $". Check mcp.servers.{_server.Name}.headers",
            404 when _session is not null => ". Its session has ended; the next call starts a new one",
            >= 300 and < 400 => $". It redirects to {response.Headers.Location}; write that into mcp.servers.{_server.Name}.url if it is right",
            _ => "",
        };
        string message = $"{_server.Name} answered HTTP {status}{(said.Length > 0 ? $": {(said.Length > 300 ? said[..300] + "…" : said)}" : "")}{hint}";
        if ((status == 404 && _session is not null) || status >= 500)
        {
            _session = null;
            Close(McpFailure.Gone, message);
        }

        return new McpException(McpFailure.Gone, message);
    }

    private HttpRequestMessage Request(HttpMethod method, Uri uri, string accept)
    {
        HttpRequestMessage request = new(method, uri);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach ((string name, string value) in _server.Headers)
        {
            if (!value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (_session is { } session)
        {
            request.Headers.TryAddWithoutValidation("Mcp-Session-Id", session);
        }

        if (ProtocolVersion is { } version && _endpoint is null)
        {
            request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", version);
        }

        return request;
    }

    // What the server says unasked. Not every server offers that: any refusal is taken for a no.
    private async Task ListenAsync()
    {
        for (int idle = 0; idle < MaxListens; idle++)
        {
            try
            {
                using HttpRequestMessage request = Request(HttpMethod.Get, _url, "text/event-stream");
                using HttpResponseMessage response = await _http.SendAsync(request, _stopping.Token);
                if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
                {
                    return;
                }

                await using Stream body = await response.Content.ReadAsStreamAsync(_stopping.Token);
                await PumpAsync(
                    body,
                    (_, data) =>
                    {
                        idle = 0;
                        return Take(data) || true;
                    },
                    _stopping.Token);
                await Task.Delay(s_listenAgain, _time, _stopping.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or McpException or OperationCanceledException)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    // The older way: the stream names the address for messages first, and carries all answers after.
    private async Task OpenStreamAsync(CancellationToken cancellationToken)
    {
        var named = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _listening = FollowAsync(named);
        _endpoint = await named.Task.WaitAsync(cancellationToken);
    }

    private async Task FollowAsync(TaskCompletionSource<Uri> named)
    {
        string why = $"the event stream of {_server.Name} ended";
        try
        {
            using HttpRequestMessage request = Request(HttpMethod.Get, _url, "text/event-stream");
            using HttpResponseMessage response = await _http.SendAsync(request, _stopping.Token);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                why = (await RefusedAsync(response, _stopping.Token)).Message + ". It is no MCP server, neither streamable HTTP nor SSE";
                return;
            }

            await using Stream body = await response.Content.ReadAsStreamAsync(_stopping.Token);
            await PumpAsync(body, (name, data) => Follow(name, data, named), _stopping.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or McpException)
        {
            why = $"{_server.Name} cannot be reached: {exception.GetBaseException().Message}";
        }
        catch (OperationCanceledException)
        {
            why = $"{_server.Name} was stopped";
        }
        finally
        {
            named.TrySetException(new McpException(McpFailure.Gone, why));
            _ = named.Task.Exception; // seen, also where nobody waits any more
            Close(McpFailure.Gone, why);
        }
    }

    // A token must not be sent to where a server points: only its own origin is taken.
    private bool Follow(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, TaskCompletionSource<Uri> named)
    {
        if (!name.SequenceEqual("endpoint"u8))
        {
            _ = Take(data);
        }
        else if (Uri.TryCreate(_url, Encoding.UTF8.GetString(data), out Uri? endpoint)
            && endpoint.GetLeftPart(UriPartial.Authority) == _url.GetLeftPart(UriPartial.Authority))
        {
            named.TrySetResult(endpoint);
        }
        else
        {
            named.TrySetException(new McpException(McpFailure.Broken, $"{_server.Name} names an address for messages that is not its own"));
        }

        return true;
    }

    private async Task PumpAsync(Stream body, PumpEvent take, CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(body);
        using SseParser parser = new();
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> buffer = read.Buffer;
                while (parser.TryRead(ref buffer, read.IsCompleted, out SseEvent message))
                {
                    if (!take(message.Name, message.Data))
                    {
                        return;
                    }
                }

                if (buffer.Length > SseParser.MaxEventBytes)
                {
                    throw new McpException(McpFailure.Broken, $"{_server.Name} sent an event of more than {SseParser.MaxEventBytes / (1024 * 1024)} MiB; ask for less");
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async Task LeaveAsync()
    {
        using CancellationTokenSource deadline = new(s_farewell, _time);
        try
        {
            using HttpRequestMessage request = Request(HttpMethod.Delete, _url, "*/*");
            using HttpResponseMessage response = await _http.SendAsync(request, deadline.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            Log.NotLeft(_logger, _server.Name, exception.Message); // it forgets the session by itself some day
        }
    }

    private delegate bool PumpEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data);

    private static partial class Log
    {
        [LoggerMessage(1754, LogLevel.Debug, "mcp:{Server}: the session could not be ended: {Problem}")]
        public static partial void NotLeft(ILogger logger, string server, string problem);
    }
}

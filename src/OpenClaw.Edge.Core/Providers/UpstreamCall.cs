using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace OpenClaw.Edge.Providers;

/// <summary>One request to a model server, from its first byte to its last. Disposing it, or cancelling, closes the
/// connection at once unless the answer was read to its end.</summary>
internal sealed class UpstreamCall : IAsyncDisposable
{
    private const int BufferBytes = 8 * 1024; // a chunk of the usual servers is 100–300 bytes; a few dozen a read
    private const int MaxErrorBytes = 64 * 1024;
    private static readonly TimeSpan ErrorBudget = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TailBudget = TimeSpan.FromMilliseconds(100); // the end of a body that has said all

    // A read of zero bytes waits for the next chunk: a stream between two tokens holds no buffer here.
    private static readonly StreamPipeReaderOptions PipeOptions = new(
        bufferSize: BufferBytes, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true);

    private readonly ModelServer _server;
    private readonly string _model;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenRegistration _callerGone;
    private readonly CancellationToken _caller;
    private HttpResponseMessage? _response;
    private Stream? _stream;
    private PipeReader? _body;
    private bool _ended;
    private bool _budgeted; // one deadline for all that is left, however it trickles

    private UpstreamCall(ModelServer server, string model, CancellationToken caller)
    {
        _server = server;
        _model = model;
        _caller = caller;
        _deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, server.Clock);
        _callerGone = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _deadline);
    }

    /// <summary>Media type of the answer.</summary>
    public string MediaType => _response?.Content.Headers.ContentType?.MediaType ?? "";

    /// <summary>Posts JSON and waits for good headers. Throws <see cref="ProviderException"/> for anything else. A
    /// connection that dies before headers is tried once more: pooled connections go stale.</summary>
    public static async Task<UpstreamCall> PostAsync(
        ModelServer server, string path, ReadOnlyMemory<byte> body, string model, CancellationToken cancellationToken)
    {
        var call = new UpstreamCall(server, model, cancellationToken);
        try
        {
            await call.SendAsync(HttpMethod.Post, path, body);
            return call;
        }
        catch
        {
            await call.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets JSON, whole, within a budget. Throws <see cref="ProviderException"/>.</summary>
    public static async Task<byte[]> GetAsync(
        ModelServer server, string path, TimeSpan budget, CancellationToken cancellationToken) =>
        await WholeAsync(server, HttpMethod.Get, path, default, "", budget, cancellationToken);

    /// <summary>Posts JSON and reads the whole answer within a budget. Throws <see cref="ProviderException"/>.</summary>
    public static async Task<byte[]> WholeAsync(
        ModelServer server,
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte> body,
        string model,
        TimeSpan budget,
        CancellationToken cancellationToken)
    {
        await using var call = new UpstreamCall(server with { Timeout = budget }, model, cancellationToken);
        call._budgeted = true;
        await call.SendAsync(method, path, body);
        return await call.ReadToEndAsync(64 * 1024 * 1024);
    }

    /// <summary>Waits for the first bytes of the body, with the patience of the first byte; the next read has them. Throws
    /// as <see cref="ReadAsync()"/> does.</summary>
    public async ValueTask ReadFirstAsync()
    {
        ReadResult first = await ReadAsync(isFirst: true);
        AdvanceTo(first.Buffer.Start, first.Buffer.Start);
    }

    /// <summary>Reads more of the body, with the patience of a stall.
    /// Throws <see cref="ProviderException"/>, or <see cref="OperationCanceledException"/> when the caller cancelled.</summary>
    public ValueTask<ReadResult> ReadAsync() => ReadAsync(isFirst: false);

    private async ValueTask<ReadResult> ReadAsync(bool isFirst)
    {
        ValueTask<ReadResult> pending = _body!.ReadAsync(_deadline.Token);
        if (!pending.IsCompleted && !_budgeted)
        {
            _deadline.CancelAfter(isFirst ? _server.FirstByteTimeout : _server.StallTimeout);
        }

        try
        {
            ReadResult result = await pending;
            _ended |= result.IsCompleted;
            return result;
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            throw isFirst ? ProviderErrors.NoFirstByte(_server, _model) : ProviderErrors.Stalled(_server, _model);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(_caller);
        }
        catch (IOException e)
        {
            _caller.ThrowIfCancellationRequested();
            throw ProviderErrors.Dropped(_server, _model, e);
        }
        catch (HttpRequestException e)
        {
            _caller.ThrowIfCancellationRequested();
            throw ProviderErrors.Dropped(_server, _model, e);
        }
    }

    /// <summary>Marks bytes as read.</summary>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _body!.AdvanceTo(consumed, examined);

    /// <summary>Reads the rest of the body into one array. Throws as <see cref="ReadAsync()"/> does.</summary>
    public async Task<byte[]> ReadToEndAsync(int maxBytes)
    {
        while (true)
        {
            ReadResult result = await ReadAsync();
            if (result.Buffer.Length > maxBytes)
            {
                throw ProviderErrors.Malformed(_server, _model, $"more than {maxBytes / 1024 / 1024} MB");
            }

            if (result.IsCompleted)
            {
                byte[] whole = result.Buffer.ToArray();
                AdvanceTo(result.Buffer.End, result.Buffer.End);
                return whole;
            }

            AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Reads what little may be left of a body that has said all, so that the connection serves again.</summary>
    public async ValueTask ReadTailAsync()
    {
        if (_ended || _body is null)
        {
            return;
        }

        try
        {
            _deadline.CancelAfter(TailBudget);
            while (!_ended)
            {
                ReadResult result = await _body.ReadAsync(_deadline.Token);
                _body.AdvanceTo(result.Buffer.End);
                _ended = result.IsCompleted;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // Then the connection is closed in place of pooled; the answer is complete either way.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _callerGone.DisposeAsync();
        if (_body is not null)
        {
            await _body.CompleteAsync();
        }

        if (_stream is not null)
        {
            await _stream.DisposeAsync();
        }

        _response?.Dispose();
        _deadline.Dispose();
    }

    private async Task SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body)
    {
        _deadline.CancelAfter(_server.FirstByteTimeout);
        try
        {
            try
            {
                _response = await SendOnceAsync(method, path, body);
            }
            catch (HttpRequestException e) when (DiedBeforeHeaders(e) && !_deadline.IsCancellationRequested)
            {
                _response = await SendOnceAsync(method, path, body);
            }
        }
        catch (HttpRequestException e)
        {
            _caller.ThrowIfCancellationRequested();
            throw ProviderErrors.Unreachable(_server, e);
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            throw _deadline.IsCancellationRequested
                ? ProviderErrors.NoFirstByte(_server, _model)
                : ProviderErrors.Unreachable(_server, new HttpRequestException(HttpRequestError.ConnectionError, inner: new TimeoutException()));
        }

        _stream = await _response.Content.ReadAsStreamAsync(_caller);
        _body = PipeReader.Create(_stream, PipeOptions);
        if (!_response.IsSuccessStatusCode)
        {
            throw await RefusalAsync(_response);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body)
    {
        using var request = new HttpRequestMessage(method, new Uri(_server.Root, path));
        if (!body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        _server.Authorize(request.Headers);
        HttpResponseMessage response = await _server.Http.SendAsync(request, _deadline.Token);
        request.Content = null; // the response keeps its request, and a prompt is not needed while it is answered
        return response;
    }

    private async Task<ProviderException> RefusalAsync(HttpResponseMessage response)
    {
        byte[] said = [];
        try
        {
            _deadline.CancelAfter(ErrorBudget);
            _budgeted = true;
            said = await ReadToEndAsync(MaxErrorBytes);
        }
        catch (ProviderException)
        {
            // The status alone says enough.
        }

        return ProviderErrors.FromStatus(
            _server,
            _model,
            response.StatusCode,
            said,
            RetryAfter.Read(response.Headers, _server.Clock),
            response.Headers.Location?.ToString());
    }

    private static bool DiedBeforeHeaders(HttpRequestException exception)
    {
        if (exception.HttpRequestError is HttpRequestError.ResponseEnded)
        {
            return true;
        }

        var socket = exception.InnerException?.InnerException as SocketException;
        return exception.HttpRequestError is not HttpRequestError.ConnectionError
            && socket?.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown;
    }
}

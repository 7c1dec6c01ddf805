using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>A small client of the Docker Engine API (1.41 and later; also Podman's) over a unix socket. Thread-safe.
/// Failures are <see cref="EngineException"/>. Every call has a time limit.</summary>
public sealed partial class DockerEngineClient : IDisposable
{
    private const string NewestApi = "1.45"; // of what is used here nothing changed since 1.41
    private const string OldestApi = "1.40";
    private const int MaxReasonBytes = 8 * 1024;

    private static readonly TimeSpan s_quick = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(90); // a start on a small machine with a busy disk

    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly UnixDomainSocketEndPoint _place;
    private volatile string _prefix = "/v" + OldestApi;

    /// <summary>Creates a client; nothing is connected yet.</summary>
    /// <param name="socketPath">Absolute path of the engine's socket.</param>
    /// <param name="clock">For time limits.</param>
    public DockerEngineClient(string socketPath, TimeProvider clock)
    {
        SocketPath = socketPath;
        _clock = clock;
        _place = new UnixDomainSocketEndPoint(socketPath);
        _handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(cancellationToken), ownsSocket: true),
        };
        _http = new HttpClient(_handler, disposeHandler: false) { BaseAddress = new Uri("http://engine"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The engine's socket.</summary>
    public string SocketPath { get; }

    /// <summary>Version in use, such as <c>1.41</c>; the oldest before <see cref="NegotiateAsync"/>.</summary>
    public string ApiVersion => _prefix[2..];

    /// <summary>Agrees on a version and reads what the engine can do.</summary>
    public async Task<EngineFacts> NegotiateAsync(CancellationToken cancellationToken)
    {
        DockerVersion version = await GetAsync("/version", DockerJson.Default.DockerVersion, cancellationToken);
        if (!Version.TryParse(version.ApiVersion, out Version? newest) || newest < Version.Parse(OldestApi))
        {
            throw new EngineException(
                EngineFailure.Refused, $"the engine on {SocketPath} speaks API {version.ApiVersion}; {OldestApi} or newer is needed");
        }

        _prefix = "/v" + (newest < Version.Parse(NewestApi) ? version.ApiVersion : NewestApi);
        DockerInfo info = await GetAsync(_prefix + "/info", DockerJson.Default.DockerInfo, cancellationToken);
        return EngineFacts.From(version, info, SandboxNative.OwnerOf(SocketPath).Uid);
    }

    /// <summary>Whether the engine answers.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "/_ping", null, TimeSpan.FromSeconds(5), cancellationToken);
        await CheckAsync(answer, "ping", cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bool connected = false;
        try
        {
            await socket.ConnectAsync(_place, cancellationToken);
            connected = true;
            return socket;
        }
        finally
        {
            if (!connected)
            {
                socket.Dispose();
            }
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, s_quick, cancellationToken);
        await CheckAsync(answer, "GET " + path, cancellationToken);
        return await ReadAsync(answer, type, "GET " + path, cancellationToken);
    }

    private async Task PostAsync(string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, null, limit, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.NotModified) // it is already so
        {
            await CheckAsync(answer, "POST " + path, cancellationToken);
        }
    }

    private async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        using ByteArrayContent content = JsonBody(body, bodyType);
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, content, s_slow, cancellationToken);
        await CheckAsync(answer, "POST " + path, cancellationToken);
        return await ReadAsync(answer, answerType, "POST " + path, cancellationToken);
    }

    private static ByteArrayContent JsonBody<T>(T body, JsonTypeInfo<T> type)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    // The limit covers the head of the answer; who reads a long body has a token of its own.
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(limit, _clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        string full = path.StartsWith("/v", StringComparison.Ordinal) || path == "/_ping" ? path : _prefix + path;
        using HttpRequestMessage request = new(method, full) { Content = content };
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineException(
                EngineFailure.Broken, $"{method} {path}: the engine on {SocketPath} did not answer within {limit.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException)
        {
            throw new EngineException(
                EngineFailure.Unreachable, $"no container engine answers on {SocketPath} ({Innermost(exception)})", exception);
        }
    }

    private static async Task CheckAsync(HttpResponseMessage answer, string call, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw EngineException.Of(call, (int)answer.StatusCode, await ReasonAsync(answer.Content, cancellationToken));
        }
    }

    private static async Task<string> ReasonAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            byte[] buffer = new byte[MaxReasonBytes];
            using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
            int filled = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return Reason(buffer.AsSpan(0, filled));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return "no reason given";
        }
    }

    private static string Reason(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DockerJson.Default.DockerMessage)?.Message ?? "no reason given";
        }
        catch (JsonException)
        {
            string text = System.Text.Encoding.UTF8.GetString(body).Trim();
            return text.Length == 0 ? "no reason given" : text;
        }
    }

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage answer, JsonTypeInfo<T> type, string call, CancellationToken cancellationToken)
    {
        try
        {
            using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken)
                ?? throw new EngineException(EngineFailure.Broken, $"{call}: the engine answered null");
        }
        catch (JsonException exception)
        {
            throw new EngineException(EngineFailure.Broken, $"{call}: the engine's answer is not understood: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new EngineException(EngineFailure.Unreachable, $"{call}: the connection broke: {Innermost(exception)}", exception);
        }
    }

    private static string Innermost(Exception exception) => exception.GetBaseException().Message;
}

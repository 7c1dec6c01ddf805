using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Protocol.OpenAi;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Providers;

/// <summary>Turns what went wrong on the wire into one sentence for a person, with the server and the fix, and into what to
/// do. The table of decisions stands in docs/providers.md.</summary>
internal static class ProviderErrors
{
    private const int MaxQuoted = 400;

    /// <summary>The server could not be reached, or went away before it answered.</summary>
    public static ProviderException Unreachable(ModelServer server, HttpRequestException exception)
    {
        string what = exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"the name {server.Root.Host} does not resolve; check models.providers.{server.Id}.baseUrl",
            HttpRequestError.SecureConnectionError => "the TLS handshake failed; check the certificate, or use http:// for a local server",
            HttpRequestError.ResponseEnded => "it closed the connection without an answer, twice; look at its log",
            HttpRequestError.ProxyTunnelError => "the proxy refused the tunnel; check HTTPS_PROXY and NO_PROXY",
            HttpRequestError.InvalidResponse => "what answers is not an HTTP server; check the port and http:// against https://",
            _ when Socket(exception) == SocketError.ConnectionRefused => "nothing listens there; " + server.StartHint,
            _ when exception.InnerException is TimeoutException or OperationCanceledException => "it did not accept a connection in time; " + server.StartHint,
            _ => $"the connection failed ({Inner(exception)}); {server.StartHint}",
        };
        return new ProviderException(ProviderFailure.Unreachable, $"{server.Where} can not be reached: {what}", inner: exception);
    }

    /// <summary>No byte came within the patience for the first one.</summary>
    public static ProviderException NoFirstByte(ModelServer server, string model) => new(
        ProviderFailure.Unreachable,
        $"{server.Where} did not begin to answer with '{model}' within {server.FirstByteTimeout.TotalSeconds:0} s; "
        + $"if the model loads slowly, raise models.providers.{server.Id}.timeoutSeconds");

    /// <summary>Bytes stopped in the middle.</summary>
    public static ProviderException Stalled(ModelServer server, string model) => new(
        ProviderFailure.Stalled,
        $"{server.Where} went silent in the middle of an answer of '{model}' for {server.StallTimeout.TotalSeconds:0} s; "
        + $"look at its load, or raise models.providers.{server.Id}.timeoutSeconds");

    /// <summary>The connection broke, or the body ended too soon.</summary>
    public static ProviderException Dropped(ModelServer server, string model, Exception? inner) => new(
        ProviderFailure.DroppedMidStream,
        $"{server.Where} broke off in the middle of an answer of '{model}'; it may have run out of memory: look at its log",
        inner: inner);

    /// <summary>What came is not the server's protocol.</summary>
    public static ProviderException Malformed(ModelServer server, string model, string what) => new(
        ProviderFailure.Malformed,
        $"{server.Where} sent {what} while answering with '{model}'; check that models.providers.{server.Id}.api fits the server");

    /// <summary>An error that the server sent inside a good answer.</summary>
    public static ProviderException InStream(ModelServer server, string model, string error, string? code) =>
        Classify(server, model, null, $"{code} {error}", error, null);

    /// <summary>An answer with an error status.</summary>
    public static ProviderException FromStatus(
        ModelServer server, string model, HttpStatusCode status, ReadOnlySpan<byte> body, TimeSpan? retryAfter, string? location)
    {
        if ((int)status is >= 300 and < 400)
        {
            return new ProviderException(
                ProviderFailure.BadRequest,
                $"{server.Where} redirects to {location ?? "another address"}; keys are not sent along: set models.providers.{server.Id}.baseUrl to where it is",
                httpStatus: (int)status);
        }

        var draft = new AnswerDraft();
        string raw = System.Text.Encoding.UTF8.GetString(body);
        string said = ChatChunkReader.TryRead(body, draft) && draft.Error is { } error ? error : raw.Trim();
        return Classify(server, model, (int)status, raw, said, retryAfter);
    }

    private static ProviderException Classify(
        ModelServer server, string model, int? status, string raw, string said, TimeSpan? retryAfter)
    {
        said = Shorten(said);
        string end = said.Length > 0 ? $": {said}" : "";
        (ProviderFailure failure, string message) = Decide(status, raw) switch
        {
            ProviderFailure.ContextOverflow => (ProviderFailure.ContextOverflow,
                $"the prompt does not fit the window of '{model}' on {server.Where}{end}"),
            ProviderFailure.Unauthorized when FailurePhrases.MeansBilling(raw) => (ProviderFailure.Unauthorized,
                $"{server.Where} wants to be paid first{end}"),
            ProviderFailure.Unauthorized => (ProviderFailure.Unauthorized,
                $"{server.Where} refused the key{end}; set models.providers.{server.Id}.apiKey{(server.KeyName is { } key ? $" or {key}" : "")}"),
            ProviderFailure.ModelNotFound => (ProviderFailure.ModelNotFound,
                $"{server.Where} has no model '{model}'; {(server.Title == "Ollama" ? $"run: ollama pull {model}" : "run: openclaw models list")}"),
            ProviderFailure.RateLimited => (ProviderFailure.RateLimited,
                $"{server.Where} asks to wait{(retryAfter is { } wait ? $" {Math.Ceiling(wait.TotalSeconds):0} s" : "")}{end}"),
            ProviderFailure.ServerError => (ProviderFailure.ServerError,
                $"{server.Where} failed{(status is { } code ? $" with HTTP {code}" : "")} on '{model}'{end}{MemoryHint(raw)}"),
            _ when status == 404 => (ProviderFailure.BadRequest,
                $"{server.Where} does not know the address it was asked; check models.providers.{server.Id}.baseUrl and .api{end}"),
            _ => (ProviderFailure.BadRequest, $"{server.Where} refused the request for '{model}'{end}"),
        };
        return new ProviderException(failure, message, retryAfter, status)
        {
            Billing = failure == ProviderFailure.Unauthorized && FailurePhrases.MeansBilling(raw),
        };
    }

    private static ProviderFailure Decide(int? status, string text) => status switch
    {
        _ when FailurePhrases.MeansOverflow(text) && status is not (401 or 403 or 429) => ProviderFailure.ContextOverflow,
        401 or 402 or 403 => ProviderFailure.Unauthorized,
        _ when FailurePhrases.MeansBilling(text) || FailurePhrases.MeansUnauthorized(text) => ProviderFailure.Unauthorized,
        429 => ProviderFailure.RateLimited,
        413 => ProviderFailure.ContextOverflow,
        (>= 400 and < 500) or null when FailurePhrases.MeansNoModel(text) => ProviderFailure.ModelNotFound,
        408 or 409 or 425 => ProviderFailure.ServerError,
        503 or null when FailurePhrases.MeansRateLimit(text) => ProviderFailure.RateLimited,
        >= 500 or null => ProviderFailure.ServerError,
        _ => ProviderFailure.BadRequest,
    };

    private static string MemoryHint(string text) =>
        text.Contains("system memory", StringComparison.OrdinalIgnoreCase)
        || text.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            ? "; choose a smaller model, or a smaller window with params.num_ctx"
            : "";

    private static SocketError? Socket(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }

    private static string Inner(Exception exception) => Socket(exception)?.ToString() ?? exception.Message;

    private static string Shorten(string text) =>
        text.Length <= MaxQuoted ? text : text[..(char.IsHighSurrogate(text[MaxQuoted - 1]) ? MaxQuoted - 1 : MaxQuoted)] + "…";
}

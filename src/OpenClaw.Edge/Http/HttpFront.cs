using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Http;

/// <summary>Answers every request that is not a WebSocket upgrade. One switch instead of a routing table: it is read
/// top-down, costs no start time, and is the whole list of what this port serves. Thread-safe.
/// Source: docs/http-api.md.</summary>
public sealed partial class HttpFront : IDisposable
{
    private const string ModelPrefix = "/v1/models/";

    private readonly HttpFrontParts _parts;
    private readonly ILogger _logger;
    private readonly AuthGate _gate;
    private readonly HttpCounters _counters = new();
    private readonly RunStreams _streams;
    private readonly IDisposable _counting;
    private readonly ProbeEndpoint _probes;
    private readonly LandingPage _page;
    private readonly SecurePage _secure;
    private readonly PairEndpoint _pair;
    private readonly ModelsEndpoint _models;
    private readonly ChatEndpoint _chat;
    private readonly ResponsesEndpoint _responses;
    private readonly ToolsInvokeEndpoint _tools;
    private readonly SessionsEndpoint _sessions;
    private readonly ControlUiEndpoint _controlUi;
    private readonly HooksEndpoint _hooks;
    private readonly EmbeddingsEndpoint _embeddings;
    private readonly PrometheusEndpoint _metrics;
    private int _working;

    /// <summary>Makes the front; it holds nothing open but a listener on the run events.</summary>
    public HttpFront(HttpFrontParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _logger = parts.Logs.CreateLogger("OpenClaw.Edge.Http");
        _gate = new AuthGate(parts);
        _streams = new RunStreams(parts.Events);
        _counting = parts.Events.Listen(_counters.On);
        _probes = new ProbeEndpoint(parts, _gate);
        _page = new LandingPage(parts, _probes, _gate);
        _secure = new SecurePage(parts);
        _pair = new PairEndpoint(parts, _gate, _secure);
        _models = new ModelsEndpoint(parts);
        PassThrough passThrough = new(parts.ProviderHttp, _counters, parts.Models.Counters, parts.Clock, _logger);
        _chat = new ChatEndpoint(parts, passThrough, _streams, _counters);
        _responses = new ResponsesEndpoint(parts, passThrough, _streams, _counters);
        _tools = new ToolsInvokeEndpoint(parts);
        _sessions = new SessionsEndpoint(parts);
        _controlUi = new ControlUiEndpoint(parts);
        _hooks = new HooksEndpoint(parts);
        _embeddings = new EmbeddingsEndpoint(parts, passThrough, _counters);
        _metrics = new PrometheusEndpoint(parts, _counters);
    }

    /// <summary>Answers one request. Throws only when the client has left: what goes wrong inside is logged here and
    /// answered with a fixed sentence.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CommonHeaders.Apply(context.Response.Headers);
        string path = context.Request.Path.Value ?? "";
        HttpRoute route = _hooks.Has(path) ? HttpRoute.Hooks : RouteOf(path);
        _counters.Begin();
        int status = 0;
        try
        {
            await AnswerAsync(context, route);
            status = context.Response.StatusCode;
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested)
        {
            Log.ClientLeft(_logger, context.Request.Path, exception.GetType().Name);
            _counters.ClientLeft();
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            status = refused.StatusCode; // Kestrel's own limits and framing rules
            await HttpAnswer.ErrorAsync(context, status, "invalid_request_error", refused.Message);
        }
        catch (StorageException full) when (!context.Response.HasStarted)
        {
            status = StatusCodes.Status503ServiceUnavailable; // the writer has logged it
            context.Response.Clear();
            CommonHeaders.Apply(context.Response.Headers);
            context.Response.Headers.RetryAfter = "60"; // guess: somebody has to make room first
            await HttpAnswer.ErrorAsync(context, status, "api_error", full.Message, "state_not_writable");
        }
        catch (Exception exception)
        {
            status = StatusCodes.Status500InternalServerError;
            Log.Failed(_logger, context.Request.Method, context.Request.Path, exception);
            await FailAsync(context);
        }
        finally
        {
            _counters.End(route, status);
        }
    }

    /// <summary>Completes when no answer of a model or tool is being written any more, or after the budget. New ones are refused
    /// once the life cycle says that the gateway drains.</summary>
    public async Task DrainAsync(TimeSpan budget)
    {
        long began = _parts.Clock.GetTimestamp();
        while (Volatile.Read(ref _working) > 0 && _parts.Clock.GetElapsedTime(began) < budget)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _parts.Clock);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _counting.Dispose();
        _streams.Dispose();
        _counters.Dispose();
    }

    private static HttpRoute RouteOf(string path) => path switch
    {
        "/v1/chat/completions" => HttpRoute.Chat,
        "/v1/responses" => HttpRoute.Responses,
        "/v1/embeddings" => HttpRoute.Embeddings,
        "/v1/models" => HttpRoute.Models,
        "/health" or "/healthz" or "/ready" or "/readyz" or "/startup" or "/startupz" => HttpRoute.Probe,
        "/api/diagnostics/prometheus" or "/metrics" => HttpRoute.Metrics,
        "/tools/invoke" => HttpRoute.ToolsInvoke,
        "/control-ui-config.json" => HttpRoute.ControlUi,
        "/" or "/index.html" => HttpRoute.Page,
        "/pair" => HttpRoute.Pair,
        LandingPage.ScriptPath => HttpRoute.PageScript,
        SecurePage.AuthorityPath => HttpRoute.Authority,
        _ when SessionPath.TryRead(path, "history", out _) => HttpRoute.SessionHistory,
        _ when SessionPath.TryRead(path, "kill", out _) => HttpRoute.SessionKill,
        _ when path.StartsWith(ModelPrefix, StringComparison.Ordinal) => HttpRoute.Models,
        _ => HttpRoute.None,
    };

    private async Task AnswerAsync(HttpContext context, HttpRoute route)
    {
        if (route == HttpRoute.Probe)
        {
            await _probes.AnswerAsync(context);
            return;
        }

        string? expect = context.Request.Headers.Expect;
        if (expect is not null && !expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await HttpAnswer.TextAsync(context, StatusCodes.Status417ExpectationFailed, "Expectation Failed");
            return;
        }

        if (!await _gate.HostAllowedAsync(context))
        {
            return;
        }

        if (route == HttpRoute.Hooks)
        {
            await _hooks.AnswerAsync(context);
            return;
        }

        if (route == HttpRoute.None)
        {
            await HttpAnswer.NotFoundAsync(context);
            return;
        }

        if (IsOff(route, _parts.Config()))
        {
            await HttpAnswer.TextAsync(context, StatusCodes.Status404NotFound, "Not Found");
            return;
        }

        string method = context.Request.Method;
        bool posts = IsWork(route) || route is HttpRoute.SessionKill or HttpRoute.Pair;
        if (posts ? !HttpMethods.IsPost(method) : !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            await HttpAnswer.MethodNotAllowedAsync(context, posts ? "POST" : "GET, HEAD");
            return;
        }

        if (route == HttpRoute.Page)
        {
            await (_secure.SendsAway(context) ? SecurePage.RedirectAsync(context) : _page.AnswerAsync(context));
        }
        else if (route == HttpRoute.Authority)
        {
            await _secure.AuthorityAsync(context);
        }
        else if (route == HttpRoute.Pair)
        {
            await _pair.AnswerAsync(context);
        }
        else if (route == HttpRoute.PageScript)
        {
            await LandingPage.ScriptAsync(context);
        }
        else if (await _gate.AdmitAsync(context, deviceTokens: route == HttpRoute.ControlUi) && await RouteScopes.AllowAsync(context, route))
        {
            await (route switch
            {
                _ when IsWork(route) => WorkAsync(context, route),
                HttpRoute.SessionHistory => _sessions.HistoryAsync(context),
                HttpRoute.SessionKill => _sessions.KillAsync(context),
                HttpRoute.ControlUi => _controlUi.AnswerAsync(context),
                HttpRoute.Models => _models.AnswerAsync(context),
                HttpRoute.Metrics => _metrics.AnswerAsync(context),
                _ => HttpAnswer.NotFoundAsync(context),
            });
        }
    }

    private static bool IsWork(HttpRoute route) =>
        route is HttpRoute.Chat or HttpRoute.Responses or HttpRoute.Embeddings or HttpRoute.ToolsInvoke;

    // Counted before the question, so that the drain either sees a request or the request sees the drain.
    private async Task WorkAsync(HttpContext context, HttpRoute route)
    {
        Interlocked.Increment(ref _working);
        try
        {
            await (route switch
            {
                _ when _parts.Lifecycle.Draining => HttpAnswer.StoppingAsync(context),
                _ when _parts.Strain.Refuses() => HttpAnswer.OverloadedAsync(context),
                HttpRoute.Chat => _chat.AnswerAsync(context),
                HttpRoute.Responses => _responses.AnswerAsync(context),
                HttpRoute.ToolsInvoke => _tools.AnswerAsync(context),
                _ => _embeddings.AnswerAsync(context),
            });
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
    }

    private static bool IsOff(HttpRoute route, EdgeConfig config)
    {
        HttpEndpointsConfig endpoints = config.Gateway.Http.Endpoints;
        return route switch
        {
            HttpRoute.Chat => !endpoints.ChatCompletions.Enabled,
            HttpRoute.Responses => !endpoints.Responses.Enabled,
            HttpRoute.Models or HttpRoute.Embeddings =>
                !endpoints.ChatCompletions.Enabled && !endpoints.Responses.Enabled,
            HttpRoute.Metrics => !config.Diagnostics.Enabled,
            _ => false,
        };
    }

    private static async Task FailAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        CommonHeaders.Apply(context.Response.Headers);
        await HttpAnswer.ErrorAsync(
            context, StatusCodes.Status500InternalServerError, "api_error", "internal error");
    }

    private static partial class Log
    {
        [LoggerMessage(2200, LogLevel.Error, "{Method} {Path} failed; the caller got 'internal error'.")]
        public static partial void Failed(ILogger logger, string method, string path, Exception exception);

        [LoggerMessage(2201, LogLevel.Debug, "The caller of {Path} left before the answer was complete ({Signal}).")]
        public static partial void ClientLeft(ILogger logger, string path, string signal);
    }
}

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting;

/// <summary>What Kestrel calls for each request: hands WebSocket upgrades to one handler and everything else to another.
/// The context object is kept with its connection and used again. Thread-safe.</summary>
internal sealed partial class HttpFrontDoor(RequestDelegate upgrade, RequestDelegate http, Func<bool> closing, ILogger logger)
    : IHttpApplication<DefaultHttpContext>
{
    /// <inheritdoc />
    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
        {
            return new DefaultHttpContext(contextFeatures);
        }

        if (container.HostContext is { } kept)
        {
            kept.Initialize(contextFeatures);
            return kept;
        }

        var fresh = new DefaultHttpContext(contextFeatures);
        container.HostContext = fresh;
        return fresh;
    }

    /// <inheritdoc />
    public async Task ProcessRequestAsync(DefaultHttpContext context)
    {
        try
        {
            if (closing())
            {
                context.Response.Headers.Connection = "close"; // the next request goes to who listens then
            }

            await (IsUpgrade(context) ? upgrade(context) : http(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The peer has gone; there is nobody to answer.
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = refused.StatusCode;
        }
        catch (Exception bug)
        {
            Log.RequestFailed(logger, context.Request.Method, context.Request.Path, bug);
            if (context.Response.HasStarted)
            {
                context.Abort();
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }

    /// <inheritdoc />
    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();

    // Clients that would rather speak HTTP/2 (Java's, curl --http2) ask for that on every plain request; it is theirs to go on without.
    private static bool IsUpgrade(DefaultHttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && !string.Equals(context.Request.Headers.Upgrade, "h2c", StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Error, "{Method} {Path} failed; the caller got a 500 or a closed connection.")]
        public static partial void RequestFailed(ILogger logger, string method, string path, Exception exception);
    }
}

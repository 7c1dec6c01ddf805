using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>Answers every request that is not a WebSocket upgrade. One switch instead of a routing table: it is read
/// top-down, costs no start time, and is the whole list of what this port serves. Thread-safe.
/// Source: docs/http-api.md.</summary>
public sealed class HttpFront(HttpFrontParts parts)
{
    private readonly ProbeEndpoint _probes = new(parts);

    /// <summary>Answers one request. Never throws because of what the client sent.</summary>
    public Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CommonHeaders.Apply(context.Response.Headers);
        return context.Request.Path.Value switch
        {
            "/health" or "/healthz" => ProbeEndpoint.LiveAsync(context),
            "/ready" or "/readyz" => _probes.ReadyAsync(context),
            "/startup" or "/startupz" => _probes.StartupAsync(context),
            _ => HttpAnswer.NotFoundAsync(context),
        };
    }
}

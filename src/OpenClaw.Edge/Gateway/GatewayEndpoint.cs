using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Gateway;

/// <summary>The gateway's WebSocket, at any path: judges the upgrade, then runs one connection until it ends.
/// Thread-safe.</summary>
public sealed class GatewayEndpoint : IAsyncDisposable
{
    private readonly GatewayRuntime _runtime;

    /// <summary>Creates the endpoint; it listens to run events from now on.</summary>
    public GatewayEndpoint(GatewayRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtime = runtime;
        Broadcaster = new Broadcaster(runtime);
    }

    /// <summary>Events to all connections.</summary>
    public Broadcaster Broadcaster { get; }

    /// <summary>Answers an upgrade request; returns when the connection has ended.</summary>
    public Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Headers.RetryAfter = _runtime.Time is null ? "2" : "1";
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    /// <summary>Tells everyone that the gateway stops, then closes every connection with 1012. Completes when all have
    /// ended or the token fires, which cuts the rest.</summary>
    /// <param name="reason">What clients are told, such as <c>gateway stopping</c>.</param>
    /// <param name="cancellationToken">Cuts what is left.</param>
    public Task StopAsync(string reason, CancellationToken cancellationToken) =>
        _runtime.Runs.Active.Count == 0 ? Task.CompletedTask : Task.FromCanceled(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await Broadcaster.DisposeAsync();
}

namespace OpenClaw.Edge.Gateway;

/// <summary>Sends events to the connections that may see them: each is encoded once, and a peer that does not read costs
/// itself only. Thread-safe.</summary>
public sealed class Broadcaster : IAsyncDisposable
{
    /// <summary>Creates a broadcaster without connections.</summary>
    public Broadcaster(GatewayRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

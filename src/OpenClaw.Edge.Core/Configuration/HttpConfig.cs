namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.http</c> section.</summary>
public sealed record HttpConfig
{
    /// <summary>Which endpoints answer.</summary>
    public HttpEndpointsConfig Endpoints { get; init; } = new();
}

namespace OpenClaw.Edge.Configuration;

/// <summary>One endpoint under <c>gateway.http.endpoints</c>.</summary>
public sealed record HttpEndpointConfig
{
    /// <summary>Whether it answers; off means 404.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Images in requests.</summary>
    public HttpImagesConfig Images { get; init; } = new();
}

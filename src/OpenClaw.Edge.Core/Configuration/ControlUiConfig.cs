namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.controlUi</c> section.</summary>
public sealed record ControlUiConfig
{
    /// <summary>Whether the web UI is served.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether a browser elsewhere may be paired by six digits that the gateway shows.</summary>
    public bool PairByCode { get; init; } = true;

    /// <summary>Path prefix with leading and without trailing slash; empty means the root.</summary>
    public string BasePath { get; init; } = "";

    /// <summary>Browser origins accepted beside the gateway's own names.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether an origin that equals the Host header is enough. Opens the door to DNS rebinding.</summary>
    public bool DangerouslyAllowHostHeaderOriginFallback { get; init; }
}

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.tailscale</c> section. Serve and Funnel are not switched by this gateway.</summary>
public sealed record TailscaleConfig
{
    /// <summary><c>off</c>, <c>serve</c> or <c>funnel</c>.</summary>
    public string Mode { get; init; } = "off";
}

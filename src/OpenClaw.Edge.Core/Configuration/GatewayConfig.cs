namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway</c> section.</summary>
public sealed record GatewayConfig
{
    /// <summary><c>local</c> (run here) or <c>remote</c> (this machine is only a client).</summary>
    public string Mode { get; init; } = "local";

    /// <summary>The one TCP port for HTTP, WebSocket and TLS, 1-65535; 0 takes any free one.</summary>
    public int Port { get; init; } = 18789;

    /// <summary><c>loopback</c>, <c>lan</c>, <c>tailnet</c>, <c>auto</c> or <c>custom</c>; a written <c>host:port</c>
    /// arrives here as <c>custom</c> (or <c>lan</c>, <c>loopback</c>) with the port moved to <see cref="Port"/>.</summary>
    public string Bind { get; init; } = "loopback";

    /// <summary>Address or host name to bind when <see cref="Bind"/> is <c>custom</c>.</summary>
    public string? CustomBindHost { get; init; }

    /// <summary>Who may connect.</summary>
    public AuthConfig Auth { get; init; } = new();

    /// <summary>Addresses or CIDR ranges whose forwarding headers are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Whether <c>X-Real-IP</c> of a trusted proxy counts when <c>X-Forwarded-For</c> is absent.</summary>
    public bool AllowRealIpFallback { get; init; }

    /// <summary>Requests per minute over HTTP; <see langword="null"/> means no limit (the section is absent).</summary>
    public RequestRateLimitConfig? RateLimit { get; init; }

    /// <summary>HTTP endpoints.</summary>
    public HttpConfig Http { get; init; } = new();

    /// <summary>The web UI.</summary>
    public ControlUiConfig ControlUi { get; init; } = new();

    /// <summary>What a change of the file does.</summary>
    public ReloadConfig Reload { get; init; } = new();

    /// <summary>TLS on the same port.</summary>
    public TlsConfig Tls { get; init; } = new();

    /// <summary>What is done when memory or cooling is short.</summary>
    public PressureConfig Pressure { get; init; } = new();

    /// <summary>Tools that <c>POST /tools/invoke</c> may call.</summary>
    public ToolListConfig Tools { get; init; } = new();

    /// <summary>Tailscale.</summary>
    public TailscaleConfig Tailscale { get; init; } = new();

    /// <summary>Origin under which people reach the gateway, such as <c>https://claw.example.org</c>.</summary>
    public string? PublicOrigin { get; init; }

    /// <summary>Whether a device that connects from this machine with the shared secret is paired without a question
    /// (<c>gateway.nodes.pairing.autoApproveLocal</c>).</summary>
    public bool AutoApproveLocal { get; init; } = true;

    /// <summary>The gateway that the command line talks to when <see cref="Mode"/> is <c>remote</c>.</summary>
    public RemoteConfig Remote { get; init; } = new();
}

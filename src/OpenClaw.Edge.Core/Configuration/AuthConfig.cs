namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.auth</c> section.</summary>
public sealed record AuthConfig
{
    /// <summary><c>token</c>, <c>password</c>, <c>trusted-proxy</c> or <c>none</c>; <see langword="null"/> means: by
    /// what secret there is, and that is <c>token</c> when there is none yet.</summary>
    public string? Mode { get; init; }

    /// <summary>The shared operator token as the file gives it; use <c>GatewaySecret</c> for the one in force.</summary>
    public string? Token { get; init; }

    /// <summary>The shared password as the file gives it.</summary>
    public string? Password { get; init; }

    /// <summary>Limits on failed attempts.</summary>
    public AuthRateLimitConfig RateLimit { get; init; } = new();

    /// <summary>Whether Tailscale Serve's identity headers are accepted.</summary>
    public bool AllowTailscale { get; init; }

    /// <summary>Identity from a proxy, for mode <c>trusted-proxy</c>.</summary>
    public TrustedProxyAuthConfig TrustedProxy { get; init; } = new();
}

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.auth.trustedProxy</c> section.</summary>
public sealed record TrustedProxyAuthConfig
{
    /// <summary>Header that carries the user's name.</summary>
    public string? UserHeader { get; init; }

    /// <summary>Headers that must be there as well.</summary>
    public IReadOnlyList<string> RequiredHeaders { get; init; } = [];

    /// <summary>Users that may pass; empty means all.</summary>
    public IReadOnlyList<string> AllowUsers { get; init; } = [];

    /// <summary>Whether a proxy on this machine may vouch for users.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Whether the web UI of a vouched-for user needs no pairing.</summary>
    public bool AutoApproveDevices { get; init; }

    /// <summary>What such a web UI may have.</summary>
    public IReadOnlyList<string> AutoApproveScopes { get; init; } = [];
}

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
}

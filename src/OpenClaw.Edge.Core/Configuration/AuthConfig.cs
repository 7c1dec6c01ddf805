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

    /// <summary>Scopes by the name of a user whom a proxy vouches for, beside what the device has.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> IdentityScopes { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Scopes that the configuration gives to a user: by the exact name, or an address in any case; none for others.</summary>
    public IReadOnlyList<string> ScopesOf(string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return IdentityScopes.TryGetValue(user, out IReadOnlyList<string>? exact) ? exact
            : user.Contains('@', StringComparison.Ordinal)
                ? IdentityScopes.FirstOrDefault(pair => string.Equals(pair.Key, user, StringComparison.OrdinalIgnoreCase)).Value ?? []
            : [];
    }

    /// <summary>Identity from a proxy, for mode <c>trusted-proxy</c>.</summary>
    public TrustedProxyAuthConfig TrustedProxy { get; init; } = new();
}

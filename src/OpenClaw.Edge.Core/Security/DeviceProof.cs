namespace OpenClaw.Edge.Security;

/// <summary>What a device signs when it connects, with its signature.</summary>
public sealed record DeviceProof
{
    /// <summary>Lower-case hex SHA-256 of the public key.</summary>
    public required string DeviceId { get; init; }

    /// <summary>Base64url of the 32 key bytes, or PEM.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Base64url of the 64 signature bytes.</summary>
    public required string Signature { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public required long SignedAtMs { get; init; }

    /// <summary>Nonce that the device answers.</summary>
    public required string Nonce { get; init; }

    /// <summary><c>client.id</c> of the connect request.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>client.mode</c>.</summary>
    public required string ClientMode { get; init; }

    /// <summary>Role, <c>operator</c> when none was sent.</summary>
    public required string Role { get; init; }

    /// <summary>Scopes exactly as sent.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Token, device token or bootstrap token, the first that was sent; never the password.</summary>
    public string Token { get; init; } = "";

    /// <summary><c>client.platform</c> as sent.</summary>
    public string Platform { get; init; } = "";

    /// <summary><c>client.deviceFamily</c> as sent.</summary>
    public string DeviceFamily { get; init; } = "";
}

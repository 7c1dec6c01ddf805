namespace OpenClaw.Edge.Security;

/// <summary>What a device that proved its key asks for when it connects.</summary>
public sealed record PairingAsk
{
    /// <summary>Lower-case hex SHA-256 of the public key.</summary>
    public required string DeviceId { get; init; }

    /// <summary>Public key as sent.</summary>
    public required string PublicKey { get; init; }

    /// <summary><c>operator</c> or <c>node</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Scopes as sent.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Operating system.</summary>
    public required string Platform { get; init; }

    /// <summary>Such as <c>iPhone</c>.</summary>
    public string? DeviceFamily { get; init; }

    /// <summary><c>client.id</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>client.mode</c>.</summary>
    public required string ClientMode { get; init; }

    /// <summary>Name that the device gives itself.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Where it connects from.</summary>
    public string? RemoteIp { get; init; }
}

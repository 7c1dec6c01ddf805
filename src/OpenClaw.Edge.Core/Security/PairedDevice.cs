namespace OpenClaw.Edge.Security;

/// <summary>A device that may connect. A snapshot.</summary>
public sealed record PairedDevice
{
    /// <summary>Lower-case hex SHA-256 of the public key.</summary>
    public required string DeviceId { get; init; }

    /// <summary>Base64url of the public key, as the device sent it.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Operating system.</summary>
    public required string Platform { get; init; }

    /// <summary>Such as <c>iPhone</c>.</summary>
    public string? DeviceFamily { get; init; }

    /// <summary><c>client.id</c> of its last pairing.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>client.mode</c> of its last pairing.</summary>
    public required string ClientMode { get; init; }

    /// <summary>Name that the device gives itself.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Name that an operator gave it.</summary>
    public string? Label { get; init; }

    /// <summary>Where it paired from.</summary>
    public string? RemoteIp { get; init; }

    /// <summary><c>owner</c>, <c>silent</c> or <c>bootstrap</c>.</summary>
    public required string ApprovedVia { get; init; }

    /// <summary>First approval, epoch milliseconds.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>Last approval, epoch milliseconds.</summary>
    public required long ApprovedAtMs { get; init; }

    /// <summary>Last connect, epoch milliseconds; written late.</summary>
    public long? LastSeenAtMs { get; init; }

    /// <summary>What it was last seen doing.</summary>
    public string? LastSeenReason { get; init; }

    /// <summary>Version that it told when it connected last; null when it has not since the start of the gateway.</summary>
    public string? Version { get; init; }

    /// <summary>Roles, revoked ones too.</summary>
    public IReadOnlyList<DeviceRole> Roles { get; init; } = [];

    /// <summary>What it may do as a node; null until approved.</summary>
    public NodeSurface? Surface { get; init; }

    /// <summary>When the surface was approved.</summary>
    public long? SurfaceApprovedAtMs { get; init; }

    /// <summary>The role if it holds.</summary>
    public DeviceRole? LiveRole(string role) => Roles.FirstOrDefault(known => known.Role == role && known.IsLive);

    /// <summary>Whether it has, or had, a role beside operator: then only an admin may manage it.</summary>
    public bool HasOtherRole => Roles.Any(role => role.Role != "operator");
}

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Who connects: the <c>client</c> object of a connect request.</summary>
public sealed record ConnectClient
{
    /// <summary>One of the protocol's client ids.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the client.</summary>
    public required string Version { get; init; }

    /// <summary>Operating system.</summary>
    public required string Platform { get; init; }

    /// <summary>One of the protocol's client modes.</summary>
    public required string Mode { get; init; }

    /// <summary>Name for a person.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Such as <c>Linux</c> or <c>iPhone</c>.</summary>
    public string? DeviceFamily { get; init; }

    /// <summary>Hardware model.</summary>
    public string? ModelIdentifier { get; init; }

    /// <summary>IANA time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Keys the presence row: a client that reconnects keeps it.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Whether this client never shows in presence.</summary>
    public bool IsEphemeral => Mode is "cli" or "backend" or "probe";
}

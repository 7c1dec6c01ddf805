namespace OpenClaw.Edge.Cli;

/// <summary>How to introduce oneself to a gateway.</summary>
public sealed record GatewayConnectOptions
{
    /// <summary>Scopes to ask for.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Capabilities, such as <c>tool-events</c>.</summary>
    public IReadOnlyList<string> Caps { get; init; } = [];

    /// <summary><c>cli</c>, or <c>probe</c>, which any protocol from 3 on may answer.</summary>
    public string Mode { get; init; } = "cli";

    /// <summary>Longest wait for connection and greeting, each.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Client id, as the protocol knows them.</summary>
    public string ClientId { get; init; } = "cli";

    /// <summary><c>operator</c> or <c>node</c>.</summary>
    public string Role { get; init; } = "operator";

    /// <summary>Name to show; null for none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What a node does; null for others.</summary>
    public IReadOnlyList<string>? Commands { get; init; }

    /// <summary>Secret of an invitation, used once.</summary>
    public string? BootstrapToken { get; init; }

    /// <summary>This machine's key; null introduces nobody.</summary>
    public ClientIdentity? Identity { get; init; }

    /// <summary>Receives events, one at a time, on the reading loop; it must not call the gateway and wait.</summary>
    public Action<GatewayEvent>? OnEvent { get; init; }
}

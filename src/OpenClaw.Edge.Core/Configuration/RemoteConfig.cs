namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.remote</c> section: another gateway, for the command line.</summary>
public sealed record RemoteConfig
{
    /// <summary>Its WebSocket address.</summary>
    public string? Url { get; init; }

    /// <summary>Its token.</summary>
    public string? Token { get; init; }

    /// <summary>Its password.</summary>
    public string? Password { get; init; }
}

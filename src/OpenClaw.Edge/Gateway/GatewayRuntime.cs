using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Everything that the WebSocket side uses; put together once by the composition root.</summary>
public sealed record GatewayRuntime
{
    /// <summary>The configuration in force.</summary>
    public required ConfigStore Config { get; init; }

    /// <summary>Judges credentials; the same one as HTTP's, so that failures add up.</summary>
    public required GatewayAuthenticator Authenticator { get; init; }

    /// <summary>The agents of the configuration in force.</summary>
    public required Func<AgentCatalog> Agents { get; init; }

    /// <summary>Turns.</summary>
    public required RunRegistry Runs { get; init; }

    /// <summary>Where turns tell what happens.</summary>
    public required RunEventHub Events { get; init; }

    /// <summary>Bad conditions that hold now.</summary>
    public required HealthBoard Health { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }
}

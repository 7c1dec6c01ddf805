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
    private readonly Dictionary<string, (DockerEngineClient Client, EngineFacts Facts)> _engines = new(StringComparer.Ordinal); // under _gate, by configured socket

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

    /// <summary>Whether calls of a session run in a sandbox; asks no engine.</summary>
    public bool Covers(SandboxScope scope) => Covers(Settings(scope.AgentId), scope);

    /// <summary>Where a sandboxed session's tools work, in words for a model; null on the host.</summary>
    public string? Notice(SandboxScope scope)
    {
        SandboxConfig settings = Settings(scope.AgentId);
        return !Covers(settings, scope) ? null
            : $"{settings.Docker.Workdir} (in a sandbox{(settings.Docker.Network == "none" ? " without network" : "")}"
                + (settings.WorkspaceAccess == "ro" ? $"; the person's files are in {SandboxSession.AgentFolder}, read-only)" : ")");
    }

    /// <summary>The sandbox of a call; null means it runs on the host (mode off, or the main session under
    /// <c>non-main</c>). Makes and starts the container when needed. Throws <see cref="SandboxUnavailableException"/> when
    /// the call must be sandboxed and cannot be.</summary>
    public async ValueTask<SandboxSession?> ForAsync(SandboxScope scope, CancellationToken cancellationToken)
    {
        SandboxConfig settings = Settings(scope.AgentId);
        if (!Covers(settings, scope))
        {
            return null;
        }

        DockerSandbox sandbox = await FindAsync(settings, scope, cancellationToken);
        try
        {
            await sandbox.ReadyAsync(cancellationToken);
            return sandbox;
        }
        catch (SandboxUnavailableException exception) when (exception.InnerException is EngineException { Failure: EngineFailure.Unreachable })
        {
            await ForgetEnginesAsync(cancellationToken); // the next call looks for an engine again, maybe another
            throw;
        }
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
            string wished = settings.Docker.Socket ?? "";
            if (!_engines.TryGetValue(wished, out (DockerEngineClient Client, EngineFacts Facts) engine))
            {
                _engines[wished] = engine = await ConnectAsync(environment, settings.Docker.Socket, cancellationToken);
            }

            (DockerEngineClient client, EngineFacts facts) = engine;
            SandboxPlan plan = SandboxPlan.Make(settings, scope, facts, client.SocketPath, _paths, environment);
            if (!_sandboxes.TryGetValue(plan.Name, out DockerSandbox? sandbox) || sandbox.Hash != plan.Hash)
            {
                // commands in the old one keep their object; the new one replaces the container
                sandbox = new DockerSandbox(plan, settings.Docker.SetupCommand, client, _clock, _logger);
                _sandboxes[plan.Name] = sandbox;
            }

            return sandbox;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ForgetEnginesAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        _engines.Clear();
        _gate.Release();
    }

    // The first engine that answers; a rootful one only when a person chose it.
    private async Task<(DockerEngineClient Client, EngineFacts Facts)> ConnectAsync(
        ProcessEnvironment environment, string? configured, CancellationToken cancellationToken)
    {
        List<string> tried = [];
        foreach (EngineEndpoint place in EngineEndpoint.All(environment, configured))
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
            "Start rootless Docker or Podman (dockerd-rootless-setuptool.sh install), name its socket in OPENCLAW_DOCKER_SOCKET "
            + "or agents.defaults.sandbox.docker.socket, or set agents.defaults.sandbox.mode to \"off\".");
    }

    private static bool Covers(SandboxConfig settings, SandboxScope scope) =>
        settings.Mode != "off" && (settings.Mode != "non-main" || !scope.IsMain);

    private SandboxConfig Settings(string agentId)
    {
        AgentsConfig agents = _config().Agents;
        return agents.List.FirstOrDefault(agent => agent.Id.Equals(agentId, StringComparison.OrdinalIgnoreCase))?.Sandbox
            ?? agents.Defaults.Sandbox;
    }
}

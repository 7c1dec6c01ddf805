using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The container engines of this machine: the first that answers and may be used, and one connection to each. Not
/// thread-safe; dispose it when no command runs any more.</summary>
internal sealed class SandboxEngines(TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, DockerEngineClient> _clients = new(StringComparer.Ordinal); // by socket
    private readonly Dictionary<string, FoundEngine> _found = new(StringComparer.Ordinal); // by what was wished for

    /// <summary>Engines in use.</summary>
    public IEnumerable<DockerEngineClient> InUse => _found.Values.Select(engine => engine.Client).Distinct();

    /// <summary>The engine that a configuration gets. Throws <see cref="SandboxUnavailableException"/> with all places that
    /// were tried.</summary>
    public async Task<FoundEngine> FindAsync(SandboxConfig settings, ProcessEnvironment environment, CancellationToken cancellationToken)
    {
        string wish = $"{settings.Backend == "podman"} {settings.Docker.Socket}";
        if (!_found.TryGetValue(wish, out FoundEngine? engine))
        {
            _found[wish] = engine = await ConnectAsync(settings, environment, cancellationToken);
        }

        return engine;
    }

    /// <summary>Looks again at the next call.</summary>
    public void Forget() => _found.Clear();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (DockerEngineClient client in _clients.Values)
        {
            client.Dispose();
        }
    }

    // The first engine that answers; a rootful one only when a person chose it.
    private async Task<FoundEngine> ConnectAsync(SandboxConfig settings, ProcessEnvironment environment, CancellationToken cancellationToken)
    {
        List<string> tried = [];
        foreach (EngineEndpoint place in EngineEndpoint.All(environment, settings.Docker.Socket))
        {
            if (!File.Exists(place.SocketPath))
            {
                tried.Add($"{place.SocketPath} ({place.Source}) is not there");
                continue;
            }

            if (!_clients.TryGetValue(place.SocketPath, out DockerEngineClient? client))
            {
                _clients[place.SocketPath] = client = new DockerEngineClient(place.SocketPath, clock);
            }

            try
            {
                EngineFacts facts = await client.NegotiateAsync(cancellationToken);
                string? unfit = settings.Backend == "podman" && !facts.IsPodman ? "is not Podman"
                    : facts.IsRootless || place.Chosen ? null : "runs as root, and nobody chose it";
                if (unfit is null)
                {
                    return new FoundEngine(client, facts, place);
                }

                tried.Add($"{place.SocketPath} {unfit}");
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
}

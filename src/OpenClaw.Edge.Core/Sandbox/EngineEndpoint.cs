using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>A place where a container engine may listen.</summary>
/// <param name="SocketPath">Absolute path of its unix socket.</param>
/// <param name="Source">What named it, such as <c>DOCKER_HOST</c>.</param>
/// <param name="Chosen">Whether a person chose it: only then a rootful engine is used.</param>
public sealed record EngineEndpoint(string SocketPath, string Source, bool Chosen)
{
    /// <summary>Where engines are looked for, in order: <c>OPENCLAW_DOCKER_SOCKET</c>, the configuration,
    /// <c>DOCKER_HOST</c>, the user's Docker and Podman, the system's Podman and Docker. A <c>DOCKER_HOST</c> that is no
    /// unix socket is left out: the workspace could not be mounted there.</summary>
    public static IReadOnlyList<EngineEndpoint> All(ProcessEnvironment environment, string? configured)
    {
        ArgumentNullException.ThrowIfNull(environment);
        List<EngineEndpoint> places = [];
        Add(environment["OPENCLAW_DOCKER_SOCKET"], "OPENCLAW_DOCKER_SOCKET", true);
        Add(configured, "agents.defaults.sandbox.docker.socket", true);
        Add(environment["DOCKER_HOST"], "DOCKER_HOST", true);
        if (environment["XDG_RUNTIME_DIR"] is string runtime)
        {
            Add(runtime + "/docker.sock", "XDG_RUNTIME_DIR", false);
            Add(runtime + "/podman/podman.sock", "XDG_RUNTIME_DIR", false);
        }

        Add("/run/podman/podman.sock", "well-known place", false);
        Add("/var/run/docker.sock", "well-known place", false);
        return places;

        void Add(string? text, string source, bool chosen)
        {
            string? path = text?.StartsWith("unix://", StringComparison.Ordinal) == true ? text[7..] : text;
            if (path is not null && !path.Contains("://", StringComparison.Ordinal))
            {
                places.Add(new EngineEndpoint(environment.FullPath(path), source, chosen));
            }
        }
    }
}

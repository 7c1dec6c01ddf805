namespace OpenClaw.Edge.Configuration;

/// <summary>What a sandbox's settings may not ask for, because it would open the host or means nothing. The loader reports
/// it, and a sandboxed call is refused for it.</summary>
internal static class SandboxRules
{
    private static readonly string[] s_limits =
    [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
    ];

    /// <summary>Everything wrong with what holds for an agent: key below <c>sandbox</c>, what, and what to do.</summary>
    /// <param name="settings">What holds.</param>
    /// <param name="workspace">The agent's workspace.</param>
    /// <param name="paths">Where the gateway's own things are.</param>
    /// <param name="environment">For the home and for named engines.</param>
    /// <param name="engineSocket">The engine that is used, when it is known.</param>
    public static IEnumerable<(string Key, string Message, string Fix)> Problems(
        SandboxConfig settings, string workspace, StatePaths paths, ProcessEnvironment environment, string? engineSocket = null)
    {
        SandboxDockerConfig docker = settings.Docker;
        if (settings.Backend is "ssh" or "openshell" or "crabbox")
        {
            yield return ("backend", $"\"{settings.Backend}\" is not part of this edition", "Set it to auto, docker, podman or bubblewrap.");
        }

        if (docker.Workdir.Length < 2 || docker.Workdir[0] != '/' || !docker.Workdir.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.'))
        {
            yield return ("docker.workdir", $"'{docker.Workdir}' is no absolute folder of plain letters", "Write one such as /workspace.");
        }

        if (docker.Network == "host" || (!docker.AllowNamespaceJoin && docker.Network.StartsWith("container:", StringComparison.Ordinal)))
        {
            yield return ("docker.network", $"'{docker.Network}' joins the network of the host or of another container", "Write \"none\" or \"bridge\".");
        }

        foreach ((string key, string? profile) in ((string, string?)[])[("docker.seccompProfile", docker.SeccompProfile), ("docker.apparmorProfile", docker.ApparmorProfile)])
        {
            if (profile is "unconfined")
            {
                yield return (key, "'unconfined' switches a wall off", "Remove it, or name a profile.");
            }
        }

        foreach ((string key, string? size) in ((string, string?)[])[("docker.memory", docker.Memory), ("docker.memorySwap", docker.MemorySwap)])
        {
            if (size is not null && !ByteSize.TryParse(size, out _))
            {
                yield return (key, $"'{size}' is no size", "Write it like \"512m\" or \"1g\".");
            }
        }

        if (docker.Gpus is { } gpus && !SandboxGpus.TryParse(gpus, out _, out _))
        {
            yield return ("docker.gpus", $"'{gpus}' names no GPUs", "Write \"all\", a number, or \"device=0,1\" with numbers or ids.");
        }

        foreach (string name in docker.Ulimits.Keys.Where(name => !s_limits.Contains(name)))
        {
            yield return ("docker.ulimits", $"'{name}' is no limit of a process", $"Known are {string.Join(", ", s_limits)}.");
        }

        string root = settings.WorkspaceRoot is string given ? environment.FullPath(given) : Path.Combine(paths.StateDir, "sandboxes");
        List<string> secrets = [paths.StateDir, paths.SecretDir, .. Sockets(docker, environment)];
        if (engineSocket is not null)
        {
            secrets.Add(engineSocket);
        }

        foreach (string bind in docker.Binds)
        {
            if (SandboxBinds.Refusal(bind, docker, environment.Home, secrets, [workspace, root]) is string why)
            {
                yield return ("docker.binds", why, "Mount a folder that holds nothing else.");
            }
        }
    }

    /// <summary>Adds what is wrong with any agent's sandbox that is on.</summary>
    public static void Check(EdgeConfig config, ConfigNode root, StatePaths paths, ProcessEnvironment environment, ProblemList problems)
    {
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (string id in config.Agents.Ids)
        {
            SandboxConfig settings = config.Agents.SandboxOf(id);
            AgentConfig? agent = config.Agents.Find(id);
            string at = agent?.Sandbox is null ? "agents.defaults.sandbox" : ConfigPath.Append("agents.list", config.Agents.List.ToList().IndexOf(agent)) + ".sandbox";
            if (settings is { BrowserEnabled: true, Mode: not "off" } && told.Add(at + ".browser"))
            {
                problems.Add(
                    at + ".browser.enabled", root.Find(at + ".browser.enabled") ?? root, ProblemSeverity.Info,
                    "no browser container is started by this version: sandboxed sessions have no browser.",
                    "Remove the key, or let commands start one: docker.image \"openclaw-sandbox-browser:bookworm-slim\", made by openclaw sandbox build --browser.");
            }

            string workspace = config.Agents.WorkspaceOf(id, paths);
            foreach ((string key, string message, string fix) in settings.Mode == "off" ? [] : Problems(settings, workspace, paths, environment))
            {
                string path = $"{at}.{key}";
                if (told.Add(path + message))
                {
                    ConfigNode place = root.Find(path) ?? root.Find("agents.defaults.sandbox." + key) ?? root;
                    problems.Add(path, place, ProblemSeverity.Error, $"{message}; sandboxed commands are refused until this is changed.", fix);
                }
            }
        }
    }

    private static IEnumerable<string> Sockets(SandboxDockerConfig docker, ProcessEnvironment environment) =>
        new[] { docker.Socket, environment["OPENCLAW_DOCKER_SOCKET"], environment["DOCKER_HOST"] }
            .Select(text => text?.StartsWith("unix://", StringComparison.Ordinal) == true ? text[7..] : text)
            .Where(path => path?.StartsWith('/') == true)!;
}

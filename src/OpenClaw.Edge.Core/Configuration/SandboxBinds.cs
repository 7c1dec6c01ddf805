namespace OpenClaw.Edge.Configuration;

/// <summary>Judges the extra mounts of a sandbox. What would open the host is refused, whatever the path is called: links
/// are followed first.</summary>
internal static class SandboxBinds
{
    private static readonly string[] s_blocked = ["/etc", "/proc", "/sys", "/dev", "/root", "/boot", "/run", "/var/run"];
    private static readonly string[] s_blockedAtHome =
        [".aws", ".cargo", ".config", ".docker", ".gnupg", ".netrc", ".npm", ".openclaw", ".ssh"];

    /// <summary>Mounts with a mode each; of several with the same target the last one stays.</summary>
    public static IReadOnlyList<string> Effective(IReadOnlyList<string> binds)
    {
        OrderedDictionary<string, string> last = new(StringComparer.Ordinal);
        foreach (string bind in binds)
        {
            string[] parts = bind.Split(':');
            string target = parts.Length > 1 ? Path.TrimEndingDirectorySeparator(parts[1]) : bind;
            last.Remove(target);
            string[] options = parts.Length == 3 ? parts[2].Split(',') : [];
            last.Add(target, string.Join(':', parts.Take(2)) + ":" + string.Join(',', [options.Contains("rw") ? "rw" : "ro", .. options.Where(IsLabel)]));
        }

        return [.. last.Values];
    }

    /// <summary>Whether one of <see cref="Effective"/> can be written.</summary>
    public static bool IsWritable(string bind) => bind.Split(':') is [_, _, string options] && options.Split(',').Contains("rw");

    private static bool IsLabel(string option) => option is "z" or "Z";

    /// <summary>Why a mount is refused; null when it is fine.</summary>
    /// <param name="bind"><c>source:target[:ro|rw]</c>, with <c>,z</c> or <c>,Z</c> for SELinux's label.</param>
    /// <param name="docker">What else is configured.</param>
    /// <param name="home">The user's home.</param>
    /// <param name="secrets">Further paths that must stay out: first the state folder, then the engine's socket and the like.</param>
    /// <param name="roots">Folders that mounts may come from without a further word.</param>
    public static string? Refusal(
        string bind, SandboxDockerConfig docker, string home, IReadOnlyList<string> secrets, IReadOnlyList<string> roots)
    {
        string[] parts = bind.Split(':');
        if (parts.Length is < 2 or > 3 || !parts[0].StartsWith('/') || !parts[1].StartsWith('/')
            || (parts.Length == 3 && !parts[2].Split(',').All(option => option is "ro" or "rw" || IsLabel(option))))
        {
            return $"'{bind}' is not source:target[:ro|rw[,z|,Z]] with absolute paths";
        }

        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parts[1]));
        if (target == "/" || (!docker.AllowReservedTargets && (Within(target, "/agent") || Within(target, docker.Workdir))))
        {
            return $"'{bind}' covers {target}, which the sandbox needs itself (dangerouslyAllowReservedContainerTargets)";
        }

        string written = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parts[0]));
        string real = Real(written);
        foreach (string source in new[] { written, real })
        {
            string? covered = s_blocked.Concat(s_blockedAtHome.Select(name => Path.Combine(home, name))).Concat(secrets)
                .FirstOrDefault(blocked => (Touches(source, blocked) || Touches(source, Real(blocked))) && !IsOwn(source, blocked));
            if (covered is not null || source.EndsWith(".sock", StringComparison.Ordinal))
            {
                return $"'{bind}' would show {covered ?? "a socket of the host"} to the sandbox";
            }
        }

        return docker.AllowExternalSources || roots.Any(root => Within(real, Real(root))) ? null
            : $"'{bind}' comes from outside the workspace (dangerouslyAllowExternalBindSources)";

        // a workspace mostly lies in the state folder
        bool IsOwn(string source, string blocked) => secrets.Count > 0 && blocked == secrets[0]
            && roots.Any(root => root != blocked && (Within(source, root) || Within(source, Real(root))));
    }

    private static bool Within(string path, string folder) =>
        path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    // Inside the other, or around it: both show it.
    private static bool Touches(string source, string blocked) =>
        source == "/" || Within(source, blocked) || Within(blocked, source);

    private static string Real(string path)
    {
        string resolved = "/";
        int hops = 0;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            try
            {
                FileSystemInfo info = new FileInfo(resolved);
                if (info.LinkTarget is not null && hops++ < 40)
                {
                    resolved = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? resolved;
                }
            }
            catch (IOException)
            {
                return resolved;
            }
        }

        return resolved;
    }
}

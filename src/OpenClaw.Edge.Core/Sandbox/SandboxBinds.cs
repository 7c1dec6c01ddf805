namespace OpenClaw.Edge.Sandbox;

/// <summary>Judges the extra mounts of a configuration. What would open the host is refused, whatever the path is called:
/// links are followed first.</summary>
internal static class SandboxBinds
{
    private static readonly string[] s_blocked = ["/etc", "/proc", "/sys", "/dev", "/root", "/boot", "/run", "/var/run"];
    private static readonly string[] s_blockedAtHome =
        [".aws", ".cargo", ".config", ".docker", ".gnupg", ".netrc", ".npm", ".openclaw", ".ssh"];

    /// <summary>Why a mount is refused; null when it is fine.</summary>
    /// <param name="bind"><c>source:target[:ro|rw]</c>.</param>
    /// <param name="home">The user's home.</param>
    /// <param name="secrets">Further folders that must stay out, such as the state folder and the engine's socket.</param>
    /// <param name="workdir">Folder of the workspace inside.</param>
    public static string? Refusal(string bind, string home, IReadOnlyList<string> secrets, string workdir)
    {
        string[] parts = bind.Split(':');
        if (parts.Length is < 2 or > 3 || !parts[0].StartsWith('/') || !parts[1].StartsWith('/')
            || (parts.Length == 3 && parts[2] is not ("ro" or "rw")))
        {
            return $"'{bind}' is not source:target[:ro|rw] with absolute paths";
        }

        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parts[1]));
        if (target is "/" or "/agent" || target == workdir || target.StartsWith(workdir + "/", StringComparison.Ordinal))
        {
            return $"'{bind}' covers {target}, which the sandbox needs itself";
        }

        string written = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parts[0]));
        foreach (string source in new[] { written, Real(written) })
        {
            string? covered = s_blocked.Concat(s_blockedAtHome.Select(name => Path.Combine(home, name))).Concat(secrets)
                .FirstOrDefault(blocked => Touches(source, blocked) || Touches(source, Real(blocked)));
            if (covered is not null || source.EndsWith(".sock", StringComparison.Ordinal))
            {
                return $"'{bind}' would show {covered ?? "a socket of the host"} to the sandbox";
            }
        }

        return null;
    }

    // Inside the other, or around it: both show it.
    private static bool Touches(string source, string blocked) => source == "/" || source == blocked
        || source.StartsWith(blocked + "/", StringComparison.Ordinal) || blocked.StartsWith(source + "/", StringComparison.Ordinal);

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

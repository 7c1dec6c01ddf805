using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>Removes configuration or state, under the state's lock. Backups stay.</summary>
public static class StateReset
{
    /// <summary>What can be reset; the first, third and fourth are the original's.</summary>
    public static readonly IReadOnlyList<string> Scopes = ["config", "sessions", "config+creds+sessions", "full"];

    private static readonly string[] Credentials = ["secrets", "identity", "credentials", "gateway-token", "gateway-token.previous", ".env"];
    private static readonly string[] Kept = ["backups", "gateway.lock", "gateway.pid"];

    /// <summary>What a scope would remove and is there.</summary>
    /// <exception cref="CareException">It would remove a home or a root folder.</exception>
    public static IReadOnlyList<string> Plan(StatePaths paths, ConfigSnapshot config, string scope)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(config);
        List<string> found = [];
        if (scope != "sessions")
        {
            found.AddRange([paths.ConfigPath, paths.LastGoodConfigPath]);
        }

        if (scope is "sessions" or "config+creds+sessions")
        {
            found.AddRange([paths.DatabasePath, paths.DatabasePath + "-wal", paths.DatabasePath + "-shm"]);
            string agents = Path.Combine(paths.StateDir, "agents");
            found.AddRange(Directory.Exists(agents) ? Directory.GetDirectories(agents).Select(agent => Path.Combine(agent, "sessions")) : []);
        }

        if (scope == "config+creds+sessions")
        {
            found.AddRange(Credentials.Select(name => Path.Combine(paths.StateDir, name)).Append(paths.SecretDir));
        }

        if (scope == "full")
        {
            found.AddRange(Directory.Exists(paths.StateDir)
                ? Directory.GetFileSystemEntries(paths.StateDir).Where(entry => !Kept.Contains(Path.GetFileName(entry)))
                : []);
            found.Add(paths.SecretDir);
            found.AddRange(config.Config.Agents.Ids.Select(agent => config.Config.Agents.WorkspaceOf(agent, paths)));
        }

        string[] plan = [.. found.Select(Path.GetFullPath).Where(Path.Exists).Distinct().Order(StringComparer.Ordinal)];
        plan = [.. plan.Where(path => !plan.Any(other => path.StartsWith(other + "/", StringComparison.Ordinal)))];
        string? home = config.Environment.Home is { } user ? Path.TrimEndingDirectorySeparator(user) : null;
        if (Array.Find(plan, path => path.Count('/') < 2 || path == home || paths.StateDir == path || paths.StateDir.StartsWith(path + "/", StringComparison.Ordinal)) is { } wide)
        {
            throw new CareException(CareFailure.Refused, $"{wide} is a workspace that holds more than this gateway: nothing was removed; name another workspace in the configuration, or choose a smaller --scope");
        }

        return plan;
    }

    /// <summary>Removes what <see cref="Plan"/> found; a link is removed, not what it leads to.</summary>
    /// <exception cref="CareException">A gateway runs, or something cannot be removed.</exception>
    public static void Run(StatePaths paths, IReadOnlyList<string> plan, string scope, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using StateLock held = StateClaim.Take(paths, time, "reset");
        try
        {
            foreach (string path in plan)
            {
                if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }

            CareJournal.Append(paths, time, "reset", json => json.WriteString("scope"u8, scope));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"the reset stopped half-way: {e.Message} Run it again as the owner of the files.", e);
        }
    }

    /// <summary>Fails when a gateway runs.</summary>
    /// <exception cref="CareException">It does.</exception>
    public static void MustBeAlone(StatePaths paths, TimeProvider time) => StateClaim.Take(paths, time, "reset").Dispose();
}

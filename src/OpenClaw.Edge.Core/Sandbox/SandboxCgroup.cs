using System.Globalization;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The control group of a bubblewrap sandbox: one for all its commands where this process may make groups (it runs
/// as root), one for each command through systemd's user manager, or none.</summary>
internal sealed class SandboxCgroup
{
    private const string Root = "/sys/fs/cgroup";
    private const string Family = "openclaw-sandbox";
    private const int Period = 100_000; // microseconds; the kernel's own default

    private readonly string[] _groups;

    private SandboxCgroup(string[] groups, IReadOnlyList<string> prefix, string? source)
    {
        _groups = groups;
        Prefix = prefix;
        Source = source;
    }

    /// <summary>What stands in front of a command line; empty when the groups are joined by number.</summary>
    public IReadOnlyList<string> Prefix { get; }

    /// <summary>Who enforces the limits, for a person; null when nobody counts the sandbox as a whole.</summary>
    public string? Source { get; }

    /// <summary>Files that a process writes 0 to, to join.</summary>
    public IEnumerable<string> Doors => _groups.Select(group => Path.Combine(group, "cgroup.procs"));

    /// <summary>Makes the group, or finds out who does. Never throws: without one the limits of each process remain.</summary>
    public static SandboxCgroup For(string name, SandboxLimits limits, ProcessEnvironment environment)
    {
        if (SandboxNative.Self.Uid == 0 && TryMake(name, limits) is { Length: > 0 } groups)
        {
            return new SandboxCgroup(groups, [], groups.Length == 1 ? "the kernel's control groups" : "the kernel's control groups (version 1)");
        }

        if (environment["XDG_RUNTIME_DIR"] is string runtime && File.Exists(runtime + "/systemd/private") && Find(environment, "systemd-run") is string run)
        {
            return new SandboxCgroup(
                [],
                [
                    run, "--user", "--scope", "--quiet", "--collect", $"--property=MemoryMax={limits.Memory}",
                    $"--property=MemorySwapMax={limits.MemorySwap - limits.Memory}", $"--property=TasksMax={limits.Pids}",
                    string.Create(CultureInfo.InvariantCulture, $"--property=CPUQuota={limits.Cpus * 100:0}%"), "--",
                ],
                "systemd's user manager, each command by itself");
        }

        return new SandboxCgroup([], [], null);
    }

    /// <summary>Removes the group when nothing runs in it.</summary>
    public void Remove()
    {
        foreach (string group in _groups)
        {
            try
            {
                Directory.Delete(group);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // something still runs in it; the next start finds it again
            }
        }
    }

    /// <summary>A program on the path; null when it is not there.</summary>
    public static string? Find(ProcessEnvironment environment, string program) =>
        (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string[] TryMake(string name, SandboxLimits limits)
    {
        try
        {
            return File.Exists(Root + "/cgroup.controllers") ? [Unified(name, limits)] : Split(name, limits);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Unified(string name, SandboxLimits limits)
    {
        string family = Path.Combine(Root, Family);
        Directory.CreateDirectory(family);
        foreach (string parent in new[] { Root, family })
        {
            Write(parent, "cgroup.subtree_control", "+memory +pids +cpu");
        }

        string group = Directory.CreateDirectory(Path.Combine(family, name)).FullName;
        Write(group, "memory.max", limits.Memory);
        Write(group, "pids.max", limits.Pids);
        Write(group, "cpu.max", $"{Quota(limits)} {Period}");
        if (File.Exists(Path.Combine(group, "memory.swap.max")))
        {
            Write(group, "memory.swap.max", limits.MemorySwap - limits.Memory);
        }

        return group;
    }

    // Version 1 has a tree for each controller.
    private static string[] Split(string name, SandboxLimits limits)
    {
        string memory = Directory.CreateDirectory(Path.Combine(Root, "memory", Family, name)).FullName;
        string pids = Directory.CreateDirectory(Path.Combine(Root, "pids", Family, name)).FullName;
        string cpu = Directory.CreateDirectory(Path.Combine(Root, "cpu", Family, name)).FullName;
        Write(memory, "memory.limit_in_bytes", limits.Memory);
        Write(pids, "pids.max", limits.Pids);
        Write(cpu, "cpu.cfs_period_us", Period);
        Write(cpu, "cpu.cfs_quota_us", Quota(limits));
        return [memory, pids, cpu];
    }

    private static long Quota(SandboxLimits limits) => (long)(limits.Cpus * Period);

    private static void Write(string group, string file, IFormattable value) =>
        Write(group, file, value.ToString(null, CultureInfo.InvariantCulture));

    private static void Write(string group, string file, string value)
    {
        using FileStream stream = new(Path.Combine(group, file), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }
}

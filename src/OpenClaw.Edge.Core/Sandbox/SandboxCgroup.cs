using System.Globalization;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The control group of a bubblewrap sandbox: one for all its commands where this process may make groups (it runs
/// as root), one for each command through systemd's user manager, or none.</summary>
internal sealed class SandboxCgroup
{
    private const string Tree = "/sys/fs/cgroup";
    private const string Family = "openclaw-sandbox";
    private const int Period = 100_000; // microseconds; the kernel's own default

    private readonly string[] _groups;

    private SandboxCgroup(string[] groups, IReadOnlyList<string> prefix, string? source, IReadOnlyCollection<string> counts)
    {
        _groups = groups;
        Prefix = prefix;
        Source = source;
        (LimitsMemory, LimitsPids, LimitsCpu) = (counts.Contains("memory"), counts.Contains("pids"), counts.Contains("cpu"));
    }

    /// <summary>What stands in front of a command line; empty when the groups are joined by number.</summary>
    public IReadOnlyList<string> Prefix { get; }

    /// <summary>Who enforces the limits, for a person; null when nobody counts the sandbox as a whole.</summary>
    public string? Source { get; }

    /// <summary>Whether memory is counted for all processes together.</summary>
    public bool LimitsMemory { get; }

    /// <summary>Whether processes are counted.</summary>
    public bool LimitsPids { get; }

    /// <summary>Whether processor time is.</summary>
    public bool LimitsCpu { get; }

    /// <summary>Files that a process writes 0 to, to join.</summary>
    public IEnumerable<string> Doors => _groups.Select(group => Path.Combine(group, "cgroup.procs"));

    /// <summary>Makes the group, or finds out who does. Never throws: without one the limits of each process remain.</summary>
    /// <param name="name">Name of the sandbox.</param>
    /// <param name="limits">How much of the machine it may use.</param>
    /// <param name="environment">For the user manager.</param>
    /// <param name="tree">Where the control groups are.</param>
    public static SandboxCgroup For(string name, SandboxLimits limits, ProcessEnvironment environment, string tree = Tree)
    {
        if (SandboxNative.Self.Uid == 0 && TryMake(tree, name, limits) is { Length: > 0 } groups)
        {
            string source = groups.Length == 1 ? "the kernel's control groups" : "the kernel's control groups (version 1)";
            return new SandboxCgroup(groups, [], source, ["memory", "pids", "cpu"]);
        }

        return ByUserManager(limits, environment, tree) ?? new SandboxCgroup([], [], null, []);
    }

    // A user manager limits with what root's manager lent it. Under version 1 that is nothing, and it takes the properties all
    // the same: then asking it would cost time and promise what nobody keeps.
    private static SandboxCgroup? ByUserManager(SandboxLimits limits, ProcessEnvironment environment, string tree)
    {
        if (environment["XDG_RUNTIME_DIR"] is not string runtime || !File.Exists(runtime + "/systemd/private")
            || Find(environment, "systemd-run") is not string run)
        {
            return null;
        }

        string[] lent = LentTo(SandboxNative.Self.Uid, tree);
        if (!lent.Contains("memory") && !lent.Contains("pids"))
        {
            return null;
        }

        List<string> prefix = [run, "--user", "--scope", "--quiet", "--collect"];
        Add("memory", $"MemoryMax={limits.Memory}");
        Add("memory", $"MemorySwapMax={limits.MemorySwap - limits.Memory}");
        Add("pids", $"TasksMax={limits.Pids}");
        Add("cpu", string.Create(CultureInfo.InvariantCulture, $"CPUQuota={limits.Cpus * 100:0}%"));
        return new SandboxCgroup([], [.. prefix, "--"], "systemd's user manager, each command by itself", lent);

        void Add(string controller, string property) => prefix.AddRange(lent.Contains(controller) ? ["--property=" + property] : []);
    }

    private static string[] LentTo(uint uid, string tree)
    {
        try
        {
            string file = Path.Combine(tree, $"user.slice/user-{uid}.slice/user@{uid}.service/cgroup.controllers");
            return File.ReadAllText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // version 1, or another arrangement
        }
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

    private static string[] TryMake(string tree, string name, SandboxLimits limits)
    {
        try
        {
            return File.Exists(tree + "/cgroup.controllers") ? [Unified(tree, name, limits)] : Split(tree, name, limits);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Unified(string tree, string name, SandboxLimits limits)
    {
        string family = Path.Combine(tree, Family);
        Directory.CreateDirectory(family);
        foreach (string parent in new[] { tree, family })
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
    private static string[] Split(string tree, string name, SandboxLimits limits)
    {
        string memory = Directory.CreateDirectory(Path.Combine(tree, "memory", Family, name)).FullName;
        string pids = Directory.CreateDirectory(Path.Combine(tree, "pids", Family, name)).FullName;
        string cpu = Directory.CreateDirectory(Path.Combine(tree, "cpu", Family, name)).FullName;
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

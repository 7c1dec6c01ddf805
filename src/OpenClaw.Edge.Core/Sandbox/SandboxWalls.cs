using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;
using static OpenClaw.Edge.Sandbox.SandboxWallState;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Says of each wall whether it holds, as it is and not as it was wished for. Strongest first; the ranking is that
/// of the original's guides: network and capabilities, then root file system and user, then limits.</summary>
internal static class SandboxWalls
{
    /// <summary>Of a container.</summary>
    public static IReadOnlyList<SandboxWall> Of(SandboxConfig settings, SandboxPlan plan, EngineFacts facts)
    {
        SandboxDockerConfig docker = settings.Docker;
        ContainerHostConfig host = plan.Request.HostConfig;
        bool rootInside = plan.Request.User?.StartsWith("0:", StringComparison.Ordinal) == true;
        bool dropsAll = docker.CapDrop.Contains("ALL", StringComparer.OrdinalIgnoreCase);
        bool confined = facts.HasSelinux || facts.HasAppArmor;
        string processes = $"{host.PidsLimit} processes";
        string memory = HumanSize(host.Memory!.Value);
        return
        [
            new(3, "files of the host", settings.WorkspaceAccess == "rw" || docker.Binds.Count > 0 ? Partly : Enforced, Shown(settings)),
            docker.Network == "none" ? new(3, "network", Enforced, "none but its own loopback")
                : new(3, "network", Off, $"docker.network is \"{docker.Network}\": commands reach other machines"),
            new(3, "capabilities", dropsAll ? Enforced : Partly, dropsAll ? "all dropped" : $"dropped: {string.Join(", ", docker.CapDrop)}; the engine's others stay (docker.capDrop)"),
            new(3, "system calls", facts.HasSeccomp ? Enforced : Off, docker.SeccompProfile is { } path ? $"filtered by {path}" : facts.HasSeccomp ? "filtered by the engine's profile" : "the engine filters none"),
            new(3, "new privileges", Enforced, "setuid programs gain nothing"),
            facts.IsRootless ? new(3, "engine", Enforced, $"{facts.Version}, rootless: an escape would be an ordinary user's")
                : new(3, "engine", Partly, $"{facts.Version} runs as root, because it was configured: an escape would be root's"),
            new(2, "root file system", docker.ReadOnlyRoot ? Enforced : Off, docker.ReadOnlyRoot ? "read-only" : "can be written (docker.readOnlyRoot)"),
            new(2, "user", !rootInside || facts.IsRootless ? Enforced : Partly,
                rootInside && facts.IsRootless ? "root inside, which is the engine's user outside, without any capability"
                : rootInside ? "root inside and outside, without capabilities: give the workspace to a user" : $"{plan.Request.User}"),
            new(2, "security module", confined ? Enforced : Off,
                facts.HasSelinux ? "SELinux" : docker.ApparmorProfile is { } profile && facts.HasAppArmor ? $"AppArmor, profile {profile}"
                : facts.HasAppArmor ? "AppArmor, the engine's profile" : "the engine has none" + (docker.ApparmorProfile is null ? "" : "; docker.apparmorProfile has no effect")),
            .. docker.Gpus is { } gpus ? [new SandboxWall(2, "devices", Partly, $"GPUs of the host are shown (docker.gpus \"{gpus}\"): their driver is one more way to the kernel")] : (SandboxWall[])[],
            facts.LimitsPids ? new(1, "fork bombs", Enforced, processes)
                : new(1, "fork bombs", facts.IsRootless ? Partly : Off, $"the engine has no control groups: {processes} per user by ulimit"),
            facts.LimitsMemory ? new(1, "memory", Enforced, memory)
                : new(1, "memory", Partly, $"the engine has no control groups: {memory} for each process, not for all together"),
            facts.LimitsCpu ? new(1, "processors", Enforced, $"{host.NanoCpus / 1e9:0.##}") : new(1, "processors", Off, "the engine cannot limit them: a command may take all"),
            new(1, "folders in memory", Enforced, $"{string.Join(", ", docker.Tmpfs.Select(tmpfs => tmpfs.Split(':')[0]))}: {HumanSize(host.Memory.Value / 4)} each"),
            Disk, Pruned(settings),
        ];
    }

    /// <summary>Of commands under bubblewrap.</summary>
    public static IReadOnlyList<SandboxWall> Of(SandboxConfig settings, BubblewrapPlan plan, SandboxCgroup group)
    {
        bool root = SandboxNative.Self.Uid == 0;
        bool landlock = plan.Launcher.Contains(SandboxInit.Verb);
        string memory = HumanSize(plan.Limits.Memory);
        return
        [
            new(3, "files of the host", settings.WorkspaceAccess == "rw" || settings.Docker.Binds.Count > 0 ? Partly : Enforced,
                Shown(settings) + "; the host's programs in /usr, read-only"),
            new(3, "network", Enforced, "none but its own loopback"),
            new(3, "capabilities", Enforced, "all dropped"),
            new(3, "system calls", SeccompFilter.ForThisMachine() is null ? Off : Enforced,
                SeccompFilter.ForThisMachine() is null ? "no filter for this architecture" : "what administers or attacks a machine is refused"),
            new(3, "new privileges", Enforced, "setuid programs gain nothing"),
            new(3, "second wall", landlock ? Enforced : Off,
                landlock ? $"Landlock, version {SandboxInit.LandlockVersion}: only the sandbox's own folders can be written"
                : SandboxInit.LandlockVersion == 0 ? "the kernel has no Landlock; the mounts alone hold" : "Landlock takes the native program; the mounts alone hold"),
            new(2, "root file system", Enforced, "read-only"),
            new(2, "user", root ? Partly : Enforced, root ? $"{plan.User.Uid}, whom nobody else is; bubblewrap itself starts as root" : "the gateway's own, in a user namespace of its own"),
            new(2, "image", Off, "there is none: commands see the programs of this machine (docker.image has no effect)"),
            group.LimitsPids ? new(1, "fork bombs", Enforced, $"{plan.Limits.Pids} processes, by {group.Source}") : new(1, "fork bombs", Partly, $"{plan.Limits.Pids} processes by ulimit for each command{Why(group)}"),
            group.LimitsMemory ? new(1, "memory", Enforced, $"{memory}, by {group.Source}") : new(1, "memory", Partly, $"{memory} for each process, not for all together{Why(group)}"),
            group.LimitsCpu ? new(1, "processors", Enforced, $"{plan.Limits.Cpus:0.##}, by {group.Source}") : new(1, "processors", Off, $"a command may take all{Why(group)}"),
            new(1, "folders in memory", Enforced, $"{string.Join(", ", settings.Docker.Tmpfs.Select(tmpfs => tmpfs.Split(':')[0]))}: {HumanSize(plan.Limits.Tmpfs)} each, empty at each command"),
            .. WithoutEffect(settings.Docker) is { Length: > 0 } keys ? [new SandboxWall(1, "keys", Off, $"bubblewrap has no use for {keys}")] : (SandboxWall[])[],
            Disk,
        ];
    }

    // What somebody set and what holds differently or not at all without an engine.
    private static string WithoutEffect(SandboxDockerConfig docker)
    {
        string[] limits = [.. docker.Ulimits.Keys.Where(name => !BubblewrapPlan.CanLimit(name)).Order(StringComparer.Ordinal)];
        (string Key, bool IsSet)[] keys =
        [
            ("docker.user", docker.User is not null),
            ("docker.readOnlyRoot", !docker.ReadOnlyRoot),
            ("docker.capDrop", docker.CapDrop is not ["ALL"]),
            ("docker.seccompProfile", docker.SeccompProfile is not null),
            ("docker.apparmorProfile", docker.ApparmorProfile is not null),
            ("docker.dns", docker.Dns.Count > 0),
            ("docker.extraHosts", docker.ExtraHosts.Count > 0),
        ];
        return string.Join(", ", keys.Where(key => key.IsSet).Select(key => key.Key).Concat(limits.Select(name => "docker.ulimits." + name)));
    }

    private static string Why(SandboxCgroup group) => group.Source is null ? ": no control groups" : $": {group.Source} was not given the right to count it";

    private static SandboxWall Disk => new(1, "disk", Off, "the workspace may grow until the disk is full");

    private static SandboxWall Pruned(SandboxConfig settings) => new(
        1, "age", settings is { PruneIdleHours: 0, PruneMaxAgeDays: 0 } ? Off : Enforced,
        $"removed after {settings.PruneIdleHours} h without use or {settings.PruneMaxAgeDays} days");

    private static string Shown(SandboxConfig settings)
    {
        string shown = settings.WorkspaceAccess switch
        {
            "rw" => "the agent's workspace, which it can change",
            "ro" => "a workspace of its own, and the agent's read-only",
            _ => "a workspace of its own",
        };
        return settings.Docker.Binds.Count == 0 ? shown : $"{shown}; and what docker.binds shows";
    }

    private static string HumanSize(long bytes) => bytes >= 1L << 30 && bytes % (1L << 30) == 0 ? $"{bytes >> 30} GB" : $"{bytes >> 20} MB";
}

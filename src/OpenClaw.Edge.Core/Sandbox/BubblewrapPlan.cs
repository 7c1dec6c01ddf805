using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>How the commands of a scope are started under bubblewrap. The host's programs are shown read-only; of its other
/// files nothing is there.</summary>
internal sealed record BubblewrapPlan
{
    /// <summary>Where the program that applies Landlock is seen inside.</summary>
    private const string InnerLauncher = "/.openclaw-init";

    private const uint FirstFreeUser = 0x70000000; // a range that no distribution gives to users. Source: systemd's UIDS-GIDS

    private const string InnerPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // What programs look for in /etc and what says nothing about this machine or its people.
    private static readonly string[] s_shownOfEtc =
    [
        "alternatives", "ca-certificates", "ca-certificates.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "magic",
        "mime.types", "nsswitch.conf", "pki/ca-trust", "pki/tls/certs", "protocols", "services", "ssl/certs", "ssl/openssl.cnf",
    ];


    // A limit's letter in every shell.
    private static readonly Dictionary<string, string> s_shellLimits = new(
        [new("core", "c"), new("cpu", "t"), new("data", "d"), new("fsize", "f"), new("memlock", "l"), new("nofile", "n"), new("stack", "s")],
        StringComparer.Ordinal);

    /// <summary>Whose it is and which folders it shows.</summary>
    public required SandboxPlace Place { get; init; }

    /// <summary>Folder of the small files that every sandbox shows in <c>/etc</c>, and of the system call filter.</summary>
    public required string Files { get; init; }

    /// <summary>Folder of the workspace inside.</summary>
    public required string Workdir { get; init; }

    /// <summary>Hash of all of it.</summary>
    public required string Hash { get; init; }

    /// <summary>How much of the machine it may use.</summary>
    public required SandboxLimits Limits { get; init; }

    /// <summary>Variables inside.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>Bubblewrap's arguments up to the command.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>User and group that the commands are outside: this process's own, or, when that is root, the workspace's
    /// owner or a number that nobody else has.</summary>
    public required (uint Uid, uint Gid) User { get; init; }

    /// <summary>Limits of each process.</summary>
    public required IReadOnlyList<ContainerUlimit> PerProcess { get; init; }

    /// <summary>Programs in front of the command, with their arguments: one that gives root's rights up where there are any,
    /// and one that applies Landlock.</summary>
    public required IReadOnlyList<string> Launcher { get; init; }

    /// <summary>Command run once for a workspace, when one is configured.</summary>
    public string? Setup { get; init; }

    /// <summary>Works a plan out. Throws <see cref="SandboxUnavailableException"/> when the configuration asks for what
    /// opens the host or what bubblewrap has not.</summary>
    public static BubblewrapPlan Make(
        SandboxConfig settings, SandboxScope scope, StatePaths paths, ProcessEnvironment environment, string? launcher)
    {
        SandboxDockerConfig docker = settings.Docker;
        SandboxPlace place = SandboxPlace.Of(settings, scope, paths, environment);
        if (docker.Network != "none")
        {
            throw new SandboxUnavailableException(
                $"bubblewrap has no network of its own, and agents.defaults.sandbox.docker.network is \"{docker.Network}\"",
                "Set it to \"none\", or use a container engine (agents.defaults.sandbox.backend \"docker\").");
        }

        if (docker.Gpus is { } gpus)
        {
            throw new SandboxUnavailableException(
                $"bubblewrap shows no devices, and agents.defaults.sandbox.docker.gpus is \"{gpus}\"",
                "Remove it, or use a container engine (agents.defaults.sandbox.backend \"docker\").");
        }

        SandboxLimits limits = SandboxLimits.Of(docker, Environment.ProcessorCount, MachineMemory.Read()?.Total ?? 0);
        string files = Path.Combine(paths.StateDir, "tmp", "sandbox", place.Name);
        (uint Uid, uint Gid) user = UserOf(place);
        List<string> arguments = Walls(docker, limits);
        foreach (string name in (ReadOnlySpan<string>)["passwd", "group", "hosts"])
        {
            arguments.AddRange(["--ro-bind", Path.Combine(files, name), "/etc/" + name]);
        }

        arguments.AddRange(["--bind", place.HostWorkspace, docker.Workdir]);
        List<string> writable = [docker.Workdir, "/dev/shm", .. docker.Tmpfs.Select(path => path.Split(':')[0])];
        if (place.HostAgentWorkspace is { } agents)
        {
            arguments.AddRange(["--ro-bind", agents, SandboxSession.AgentFolder]);
        }

        foreach (string bind in SandboxBinds.Effective(docker.Binds))
        {
            string[] parts = bind.Split(':');
            arguments.AddRange([SandboxBinds.IsWritable(bind) ? "--bind" : "--ro-bind", parts[0], parts[1]]);
            writable.AddRange(SandboxBinds.IsWritable(bind) ? [parts[1]] : []);
        }

        bool landlock = launcher is not null && SandboxInit.LandlockVersion > 0;
        if (landlock)
        {
            arguments.AddRange(["--ro-bind", launcher!, InnerLauncher]);
        }

        arguments.AddRange(["--remount-ro", "/"]);
        return new BubblewrapPlan
        {
            Place = place,
            Files = files,
            Workdir = docker.Workdir,
            Hash = SandboxPlace.ShortHash(string.Join('\n', [.. arguments, .. docker.Env.Select(pair => pair.ToString()), limits.ToString(), docker.SetupCommand ?? ""])),
            Limits = limits,
            User = user,
            Env = docker.Env,
            Arguments = arguments,
            PerProcess = limits.PerProcess(docker, countsPids: false, countsMemory: false),
            Launcher = [.. Drop(user), .. landlock ? [InnerLauncher, SandboxInit.Verb, string.Join(':', writable), "--"] : (string[])[]],
            Setup = docker.SetupCommand,
        };
    }

    /// <summary>The command line of one command, bubblewrap itself first.</summary>
    /// <param name="bwrap">Absolute path of bubblewrap.</param>
    /// <param name="command">The command.</param>
    /// <param name="filter">Number of the descriptor with the system call filter; null is without.</param>
    public string[] CommandLine(string bwrap, SandboxCommand command, int? filter)
    {
        List<string> line = [bwrap, .. Arguments];
        if (!command.Tty)
        {
            line.Add("--new-session");
        }

        if (filter is int descriptor)
        {
            line.AddRange(["--seccomp", descriptor.ToString(CultureInfo.InvariantCulture)]);
        }

        foreach ((string name, string value) in Env.Concat(command.Env))
        {
            line.AddRange(["--setenv", name, value]);
        }

        // the folder is entered by who may: root's rights are gone by then
        string preamble = $"cd -- \"$2\" || exit 126; ulimit -c 0; {ShellLimits()}exec /bin/sh -c \"$1\"";
        string folder = command.Workdir is null ? Workdir : Path.Combine(Workdir, command.Workdir);
        return [.. line, "--", .. Launcher, "/bin/sh", "-c", preamble, "sh", command.Command, folder];
    }

    /// <summary>Whether a limit of a process can be set here.</summary>
    public static bool CanLimit(string name) => name == "nproc" || s_shellLimits.ContainsKey(name);

    private static bool IsRoot => SandboxNative.Self.Uid == 0;

    // Root inside a user namespace of root's would still own the kernel's settings: root's commands become somebody else.
    private static (uint Uid, uint Gid) UserOf(SandboxPlace place)
    {
        if (!IsRoot)
        {
            return SandboxNative.Self;
        }

        if (place.IsPrivate)
        {
            uint nobodyElse = FirstFreeUser + (Convert.ToUInt32(SandboxPlace.ShortHash(place.ScopeKey), 16) & 0xFFFFFF);
            return (nobodyElse, nobodyElse);
        }

        (uint uid, uint gid) = SandboxNative.OwnerOf(place.HostWorkspace);
        return uid is not (0 or uint.MaxValue) ? (uid, gid) : throw new SandboxUnavailableException(
            $"the gateway runs as root and {place.HostWorkspace} belongs to root, so commands under bubblewrap would be root's",
            "Run the gateway as an ordinary user, give the workspace to one, or set agents.defaults.sandbox.workspaceAccess to \"none\" or \"ro\".");
    }

    private static string[] Drop((uint Uid, uint Gid) user) => !IsRoot ? [] :
    [
        "/usr/bin/setpriv", $"--reuid={user.Uid}", $"--regid={user.Gid}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs",
    ];

    private static List<string> Walls(SandboxDockerConfig docker, SandboxLimits limits)
    {
        List<string> arguments =
        [
            .. IsRoot ? (string[])["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
                : ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"],
            "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
            "--die-with-parent", "--hostname", "sandbox",
            "--clearenv", "--setenv", "PATH", InnerPath, "--setenv", "HOME", docker.Workdir, "--setenv", "TERM", "xterm",
            "--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev",
        ];
        foreach (string name in (ReadOnlySpan<string>)["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"])
        {
            FileSystemInfo info = new DirectoryInfo(name);
            arguments.AddRange(info.LinkTarget is { } target ? ["--symlink", target, name] : ["--ro-bind-try", name, name]);
        }

        foreach (string name in s_shownOfEtc)
        {
            arguments.AddRange(["--ro-bind-try", "/etc/" + name, "/etc/" + name]);
        }

        string size = limits.Tmpfs.ToString(CultureInfo.InvariantCulture);
        foreach (string folder in (IEnumerable<string>)["/dev/shm", .. docker.Tmpfs.Select(path => path.Split(':')[0])])
        {
            arguments.AddRange(["--perms", "1777", "--size", size, "--tmpfs", folder]);
        }

        arguments.AddRange(["--remount-ro", "/dev"]);
        return arguments;
    }

    // Set in the sandbox before the command's first instruction; `ulimit -p` is dash's name for -u.
    private string ShellLimits()
    {
        System.Text.StringBuilder script = new();
        foreach (ContainerUlimit limit in PerProcess)
        {
            if (limit.Name == "nproc")
            {
                script.Append(CultureInfo.InvariantCulture, $"{{ ulimit -u {limit.Hard} || ulimit -p {limit.Hard}; }} 2>/dev/null; ");
            }
            else if (s_shellLimits.TryGetValue(limit.Name, out string? letter))
            {
                // bytes inside; shells count data, stack and the like in KiB, files in blocks of 512
                long unit = letter is "d" or "s" or "l" ? 1024 : letter is "f" or "c" ? 512 : 1;
                script.Append(CultureInfo.InvariantCulture, $"ulimit -S -{letter} {limit.Soft / unit}; ulimit -H -{letter} {limit.Hard / unit}; ");
            }
        }

        return script.ToString();
    }
}

using System.Globalization;
using System.Net.NetworkInformation;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of the machine and of the process that runs on it: memory, crash loops, processor, services, network. Reads below a
/// root, which tests replace.</summary>
internal static class MachineChecks
{
    private const long LeastMemory = 96L << 20; // the gateway idles at 14 MB and holds 128 streams in 48; the rest is the system's
    private const long LeastRoom = 32L << 20;
    private const double TicksPerSecond = 100; // USER_HZ, fixed on Linux
    private const double BusyShare = 0.5;
    private const int ManyStarts = 5;
    private const int LogTailBytes = 256 << 10;

    public static IEnumerable<Finding> Check(EdgeConfig config, StatePaths paths, ProcessEnvironment environment, string root, TimeProvider clock)
    {
        int? gateway = StateClaim.HolderOf(paths);
        string log = config.Logging.File is { Length: > 0 } file ? file : Path.Combine(paths.LogDir, "openclaw.log");
        return
        [
            .. Memory(MachineMemory.Read()),
            .. gateway is > 0 and { } pid ? Process(pid, root) : [],
            Starts(log, clock.GetUtcNow()),
            .. ModelMemory(log, clock.GetUtcNow()),
            .. Linger(environment.Home, Environment.UserName, root),
            .. Multicast(environment),
            .. Firewall(config.Gateway, root),
            .. NameServer(config, root),
            .. OtherStates(paths, environment),
        ];
    }

    /// <summary>Room for a gateway.</summary>
    public static IEnumerable<Finding> Memory(MachineMemory? memory)
    {
        const string id = "edge/doctor/memory";
        if (memory is { } m)
        {
            yield return m.Total < LeastMemory
                ? new Finding(id, FindingSeverity.Error, $"{HumanText.Bytes(m.Total)} of memory: a gateway needs {HumanText.Bytes(LeastMemory)}", "raise the limit of the container or the unit (MemoryMax=)")
                : m.Headroom < LeastRoom
                    ? new Finding(id, FindingSeverity.Warning, $"only {HumanText.Bytes(m.Headroom)} of {HumanText.Bytes(m.Total)} memory are left: the kernel may end a process", "stop something, use a smaller model, or add swap")
                    : Finding.Ok(id, $"{HumanText.Bytes(m.Headroom)} of {HumanText.Bytes(m.Total)} memory free");
        }
    }

    /// <summary>What the kernel counted for the gateway: killed for memory, processor time.</summary>
    public static IEnumerable<Finding> Process(int pid, string root)
    {
        string group = Lines(Path.Combine(root, $"proc/{pid}/cgroup")).FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[4..] ?? "";
        string? killed = Lines(Path.Combine(root, "sys/fs/cgroup", group, "memory.events")).FirstOrDefault(line => line.StartsWith("oom_kill ", StringComparison.Ordinal));
        if (killed is not null && long.TryParse(killed.AsSpan(9), out long kills) && kills > 0)
        {
            yield return new Finding(
                "edge/doctor/oom", FindingSeverity.Warning, $"the kernel has ended {kills} processes of this gateway for lack of memory", "raise MemoryMax= of the unit or the container's limit; 'journalctl -k' names them");
        }

        string stat = Lines(Path.Combine(root, $"proc/{pid}/stat")).FirstOrDefault("");
        string[] words = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] uptime = Lines(Path.Combine(root, "proc/uptime")).FirstOrDefault("").Split(' ');
        if (words.Length > 19
            && double.TryParse(words[11], CultureInfo.InvariantCulture, out double user)
            && double.TryParse(words[12], CultureInfo.InvariantCulture, out double system)
            && double.TryParse(words[19], CultureInfo.InvariantCulture, out double began)
            && double.TryParse(uptime[0], CultureInfo.InvariantCulture, out double now))
        {
            double alive = now - (began / TicksPerSecond);
            double share = (user + system) / TicksPerSecond / Math.Max(alive, 1);
            if (alive > 600 && share > BusyShare)
            {
                yield return new Finding(
                    "edge/doctor/cpu", FindingSeverity.Warning, $"the gateway has used {share:P0} of a processor since its start", "'openclaw logs' shows what it does; 'openclaw diagnostics export' for a report");
            }
        }
    }

    /// <summary>A service that systemd starts again and again.</summary>
    public static Finding Starts(string log, DateTimeOffset now)
    {
        const string id = "edge/doctor/restarts";
        int starts = Tail(log).Count(line => line.Contains("\"1\":\"Listening on ", StringComparison.Ordinal) && IsSince(line, now - TimeSpan.FromHours(1)));
        return starts > ManyStarts
            ? new Finding(id, FindingSeverity.Error, $"the gateway was started {starts} times in the last hour", "'openclaw logs' or 'journalctl -u openclaw' shows why it ended")
            : Finding.Ok(id, $"{starts} starts in the last hour");
    }

    /// <summary>A model server that had no memory for what it was asked.</summary>
    public static IEnumerable<Finding> ModelMemory(string log, DateTimeOffset now)
    {
        int times = Tail(log).Count(line => IsSince(line, now - TimeSpan.FromDays(1)) && line.Contains(" failed (", StringComparison.Ordinal)
            && (line.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || line.Contains("system memory", StringComparison.OrdinalIgnoreCase)));
        if (times > 0)
        {
            yield return new Finding(
                "edge/doctor/model-memory", FindingSeverity.Warning, $"a model server had too little memory for {times} turns of the last day", "choose a smaller model, or a smaller window with params.num_ctx; 'openclaw logs' names the model");
        }
    }

    /// <summary>A user's unit that ends with the last session.</summary>
    public static IEnumerable<Finding> Linger(string? home, string user, string root)
    {
        if (home is not null
            && File.Exists(Path.Combine(home, ".config/systemd/user/default.target.wants/openclaw.service"))
            && !File.Exists(Path.Combine(root, "var/lib/systemd/linger", user)))
        {
            yield return new Finding("edge/doctor/linger", FindingSeverity.Warning, "the gateway is a service of this user and ends when the last session does", $"loginctl enable-linger {user}");
        }
    }

    /// <summary>A firewall that keeps the LAN out.</summary>
    public static IEnumerable<Finding> Firewall(GatewayConfig gateway, string root)
    {
        if (gateway.Bind is "lan" or "auto" or "custom"
            && Lines(Path.Combine(root, "etc/ufw/ufw.conf")).Any(line => line.Trim().Equals("ENABLED=yes", StringComparison.OrdinalIgnoreCase)))
        {
            yield return new Finding("edge/doctor/firewall", FindingSeverity.Info, $"ufw is on: port {gateway.Port} must be open for the LAN", $"sudo ufw allow {gateway.Port}/tcp");
        }
    }

    /// <summary>A far model without a name server. A gateway with local models needs none.</summary>
    public static IEnumerable<Finding> NameServer(EdgeConfig config, string root)
    {
        string? far = config.Models.Providers
            .Where(provider => Uri.TryCreate(provider.Value.BaseUrl, UriKind.Absolute, out Uri? uri) && !HostReach.IsLocal(uri))
            .Select(provider => provider.Key)
            .FirstOrDefault();
        if (far is not null && !Lines(Path.Combine(root, "etc/resolv.conf")).Any(line => line.StartsWith("nameserver", StringComparison.Ordinal)))
        {
            yield return new Finding("edge/doctor/dns", FindingSeverity.Warning, $"no name server is configured, and provider {far} needs one", "look at /etc/resolv.conf and the network; local models work without");
        }
    }

    private static IEnumerable<Finding> Multicast(ProcessEnvironment environment)
    {
        if (environment["OPENCLAW_DISABLE_BONJOUR"] is "1" or "true")
        {
            yield break;
        }

        bool found;
        try
        {
            found = NetworkInterface.GetAllNetworkInterfaces().Any(one => one is
            {
                OperationalStatus: OperationalStatus.Up or OperationalStatus.Unknown, SupportsMulticast: true,
                NetworkInterfaceType: not NetworkInterfaceType.Loopback,
            });
        }
        catch (NetworkInformationException)
        {
            yield break;
        }

        if (!found)
        {
            yield return new Finding("edge/doctor/mdns", FindingSeverity.Info, "no network of this machine carries multicast: the gateway cannot be found by name on the LAN", "nothing has to be done; OPENCLAW_DISABLE_BONJOUR=1 switches the search off");
        }
    }

    // A changed HOME or account: the other one is where the conversations are.
    private static IEnumerable<Finding> OtherStates(StatePaths paths, ProcessEnvironment environment)
    {
        foreach (string other in (string[])[Path.Combine(environment.Home, ".openclaw"), "/var/lib/openclaw"])
        {
            string database = Path.Combine(other, "state", "openclaw-edge.sqlite");
            if (other != paths.StateDir && File.Exists(database)
                && (!File.Exists(paths.DatabasePath) || File.GetLastWriteTimeUtc(database) > File.GetLastWriteTimeUtc(paths.DatabasePath)))
            {
                yield return new Finding("edge/doctor/other-state", FindingSeverity.Info, $"{other} holds a state that was used later than {paths.StateDir}", $"if that is the one you mean: --state-dir {other}");
            }
        }
    }

    private static bool IsSince(string line, DateTimeOffset time)
    {
        string since = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        int at = line.LastIndexOf("\"time\":\"", StringComparison.Ordinal);
        return at >= 0 && string.CompareOrdinal(line, at + 8, since, 0, since.Length) >= 0;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string[] Tail(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(0, file.Length - LogTailBytes);
            using StreamReader reader = new(file);
            return reader.ReadToEnd().Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

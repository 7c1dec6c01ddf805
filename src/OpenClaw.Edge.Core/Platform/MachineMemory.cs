using System.Globalization;

namespace OpenClaw.Edge.Platform;

/// <summary>Memory of the machine, or of the container this process is held in. Bytes. The smaller of both is what counts.</summary>
/// <param name="Total">What there is.</param>
/// <param name="Available">What can still be taken without swapping: page cache that can be dropped counts as free.</param>
public readonly record struct MachineMemory(long Total, long Available)
{
    /// <summary>Percent of the last ten seconds in which everything in this process's control group stood still for memory; null where the kernel
    /// does not say.</summary>
    public double? Stalled { get; init; }

    /// <summary>File pages in use and kernel caches, that a limit counts and the kernel gives up last.</summary>
    public long BusyPages { get; init; }

    /// <summary>What can be taken before the kernel ends a process.</summary>
    public long Headroom => Math.Min(Total, Available + BusyPages);

    /// <summary>Reads <c>/proc/meminfo</c> and this process's cgroup (version 2, or the memory controller of version 1); some 0.1 ms.</summary>
    /// <returns>Null where neither can be read.</returns>
    public static MachineMemory? Read() => Read("/");

    /// <summary>As <see cref="Read()"/>, below another root, for tests.</summary>
    internal static MachineMemory? Read(string root)
    {
        MachineMemory? machine = ReadMeminfo(Path.Combine(root, "proc/meminfo"));
        MachineMemory? limited = ReadCgroup(root);
        return (machine, limited) switch
        {
            (MachineMemory all, MachineMemory part) => Tighter(all, part),
            (MachineMemory all, null) => all,
            _ => limited,
        };
    }

    private static MachineMemory? ReadMeminfo(string path)
    {
        long? total = null;
        long? available = null;
        foreach (string line in Lines(path))
        {
            // "MemAvailable:   1234567 kB"
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 2 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes))
            {
                continue;
            }

            if (parts[0] == "MemTotal:")
            {
                total = kilobytes * 1024;
            }
            else if (parts[0] == "MemAvailable:")
            {
                available = kilobytes * 1024;
            }
        }

        return total is long all && available is long free ? new MachineMemory(all, free) : null;
    }

    private static MachineMemory? ReadCgroup(string root)
    {
        MachineMemory? tightest = null;
        foreach (string line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // "0::/system.slice/openclaw.service" is version 2, "5:memory:/docker/…" version 1.
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3 || (parts[0] == "0" ? parts[1].Length > 0 : !parts[1].Split(',').Contains("memory")))
            {
                continue;
            }

            bool unified = parts[0] == "0";
            string mount = Path.Combine(root, unified ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
            tightest = Tighter(tightest, ReadLevels(mount, parts[2], unified));
            if (unified && tightest is { } limited)
            {
                tightest = limited with { Stalled = ReadStalled(Path.Combine(mount, parts[2].Trim('/'), "memory.pressure")) };
            }
        }

        return tightest;
    }

    // "full avg10=1.53 avg60=0.87 avg300=0.43 total=1234"
    private static double? ReadStalled(string path)
    {
        foreach (string line in Lines(path))
        {
            if (line.Split(' ') is ["full", string ten, ..] && ten.StartsWith("avg10=", StringComparison.Ordinal)
                && double.TryParse(ten.AsSpan(6), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent))
            {
                return percent;
            }
        }

        return null;
    }

    // A limit on any level above holds too. Inside a container the path often does not exist below the mount: then the mount is the level.
    private static MachineMemory? ReadLevels(string mount, string path, bool unified)
    {
        MachineMemory? tightest = null;
        string level = path.Trim('/');
        while (true)
        {
            tightest = Tighter(tightest, ReadLevel(Path.Combine(mount, level), unified));
            if (level.Length == 0)
            {
                return tightest;
            }

            level = level.Contains('/', StringComparison.Ordinal) ? level[..level.LastIndexOf('/')] : "";
        }
    }

    private static MachineMemory? ReadLevel(string directory, bool unified)
    {
        // Version 1 writes a huge number for "no limit".
        const long NoLimit = 1L << 60;
        long? limit = Number(Path.Combine(directory, unified ? "memory.max" : "memory.limit_in_bytes"));
        long? high = unified ? Number(Path.Combine(directory, "memory.high")) : null;
        limit = limit is null || high < limit ? high ?? limit : limit;
        long? used = Number(Path.Combine(directory, unified ? "memory.current" : "memory.usage_in_bytes"));
        if (limit is not (> 0 and < NoLimit) || used is null)
        {
            return null;
        }

        // Pages of files that nobody used lately go first when memory is short.
        long droppable = 0;
        long busy = 0;
        string before = unified ? "" : "total_";
        foreach (string line in Lines(Path.Combine(directory, "memory.stat")))
        {
            string[] parts = line.Split(' ');
            if (parts is [string name, string value] && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            {
                droppable += name == before + "inactive_file" ? bytes : 0;
                busy += name == before + "active_file" || name == "slab_reclaimable" ? bytes : 0;
            }
        }

        return new MachineMemory(limit.Value, Math.Clamp(limit.Value - used.Value + droppable, 0, limit.Value)) { BusyPages = busy };
    }

    private static MachineMemory? Tighter(MachineMemory? left, MachineMemory? right) => (left, right) switch
    {
        (MachineMemory a, MachineMemory b) => new MachineMemory(Math.Min(a.Total, b.Total), Math.Min(a.Available, b.Available))
        {
            BusyPages = a.Available <= b.Available ? a.BusyPages : b.BusyPages,
            Stalled = a.Stalled ?? b.Stalled,
        },
        _ => left ?? right,
    };

    // "max" is no number, and no limit.
    private static long? Number(string path) =>
        Lines(path) is [string line, ..] && long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string[] Lines(string path)
    {
        if (!File.Exists(path))
        {
            return []; // most of these files are not there on most machines, and an exception a turn costs more than the question
        }

        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

using System.Globalization;

namespace OpenClaw.Edge.Load;

/// <summary>A process as /proc shows it. Linux only.</summary>
/// <param name="RssKb">Resident memory.</param>
/// <param name="PssKb">Resident memory with shared pages divided among their users.</param>
/// <param name="PrivateDirtyKb">Memory that is this process's alone and cannot be dropped.</param>
internal sealed record ProcessFigures(long RssKb, long PssKb, long PrivateDirtyKb)
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed on Linux

    /// <summary>Reads the memory of a process.</summary>
    public static ProcessFigures Of(int process)
    {
        Dictionary<string, long> rows = [];
        foreach (string line in File.ReadLines($"/proc/{process}/smaps_rollup").Skip(1))
        {
            string[] words = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            rows[words[0]] = long.Parse(words[1], CultureInfo.InvariantCulture);
        }

        return new ProcessFigures(rows["Rss"], rows["Pss"], rows["Private_Dirty"]);
    }

    /// <summary>CPU seconds a process used so far.</summary>
    public static double CpuSeconds(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(words[11], CultureInfo.InvariantCulture) + double.Parse(words[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Bytes that a process has caused to be written to a disk so far, in whole pages, as the kernel counts them.</summary>
    public static long WrittenBytes(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/io").First(line => line.StartsWith("write_bytes: ", StringComparison.Ordinal)).AsSpan(13), CultureInfo.InvariantCulture);

    /// <summary>Directories and files the process watches.</summary>
    public static int InotifyWatches(int process)
    {
        int watches = 0;
        foreach (string fd in Directory.EnumerateFiles($"/proc/{process}/fdinfo"))
        {
            try
            {
                watches += File.ReadLines(fd).Count(line => line.StartsWith("inotify", StringComparison.Ordinal));
            }
            catch (FileNotFoundException)
            {
                // closed between the listing and the look
            }
        }

        return watches;
    }
}

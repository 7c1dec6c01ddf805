namespace OpenClaw.Edge.Providers;

/// <summary>Memory that a model could use on this machine.</summary>
internal static class FreeMemory
{
    /// <summary>Bytes that are free or can be freed at once: the kernel's <c>MemAvailable</c>, capped by our own cgroup's
    /// share nowhere (the model runs in another); the process's view where there is no <c>/proc</c>.</summary>
    public static long Bytes()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/meminfo"))
            {
                if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
                {
                    string number = line["MemAvailable:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                    return long.TryParse(number, out long kilobytes) ? kilobytes * 1024 : Fallback();
                }
            }
        }
        catch (IOException)
        {
            // not Linux, or a sealed /proc
        }
        catch (UnauthorizedAccessException)
        {
            // the same
        }

        return Fallback();
    }

    private static long Fallback() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
}

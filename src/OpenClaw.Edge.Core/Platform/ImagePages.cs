using System.Globalization;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>Pages of the executable that this process has mapped. The start touches most of its code once; what is handed
/// back stays in the kernel's cache, and what is called again comes back in microseconds.</summary>
public static partial class ImagePages
{
    private const int DontNeed = 4; // MADV_DONTNEED, Linux

    /// <summary>Hands back all that was only read. Does nothing where the kernel does not say what that is.</summary>
    public static void Release()
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessPath is not { } image)
        {
            return;
        }

        try
        {
            foreach ((nuint start, nuint length) in ReadOnlyRanges(File.ReadLines("/proc/self/smaps"), image))
            {
                _ = Advise(start, length, DontNeed);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // then they stay
        }
    }

    // 5555-6666 r-xp 0002a000 fe:01 1234   /usr/bin/openclaw
    // Anonymous:             0 kB
    /// <summary>The ranges of a file that may not be written and of which no page is this process's own: relocated pages are,
    /// and would be lost.</summary>
    internal static IEnumerable<(nuint Start, nuint Length)> ReadOnlyRanges(IEnumerable<string> smaps, string image)
    {
        (nuint Start, nuint Length) range = default;
        foreach (string line in smaps)
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (dash > 0 && space > dash
                && nuint.TryParse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint start)
                && nuint.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint end))
            {
                bool readOnly = line.AsSpan(space + 1).StartsWith("r") && line[space + 2] == '-';
                range = readOnly && line.EndsWith(' ' + image, StringComparison.Ordinal) ? (start, end - start) : default;
            }
            else if (range.Length > 0 && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (line.AsSpan("Anonymous:".Length).Trim().SequenceEqual("0 kB"))
                {
                    yield return range;
                }

                range = default;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nuint address, nuint length, int advice);
}

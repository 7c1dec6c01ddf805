using System.Globalization;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Which process listens on a TCP port of this machine. Source: proc(5), <c>/proc/net/tcp</c>.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <summary><c>name (pid 7)</c>; an unnamed process of somebody else; null when nobody listens.</summary>
    public static string? Find(int port)
    {
        string? inode = InodeOf(port, "/proc/net/tcp") ?? InodeOf(port, "/proc/net/tcp6");
        return inode is null ? null : ProcessWith($"socket:[{inode}]") ?? "a process of another user";
    }

    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    private static string? InodeOf(int port, string table)
    {
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        try
        {
            return File.ReadLines(table).Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .FirstOrDefault(row => row.Length > 9 && row[3] == Listening && row[1].EndsWith(suffix, StringComparison.Ordinal))
                ?[9];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no /proc here
        }
    }

    private static string? ProcessWith(string socket)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd"))
                    .Any(handle => new FileInfo(handle).LinkTarget == socket))
                {
                    string name = File.ReadAllText(Path.Combine(process, "comm")).Trim();
                    return $"{name} (pid {Path.GetFileName(process)})";
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // somebody else's process, or one that has just ended
            }
        }

        return null;
    }
}

namespace OpenClaw.Edge.Platform;

/// <summary>Whether an output of this process goes to journald. A variable alone proves nothing: it is inherited by everything that
/// a service starts, also where the output has been sent elsewhere.
/// Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html ($JOURNAL_STREAM)</summary>
public static class JournalStream
{
    /// <summary>Where journald takes entries with fields.</summary>
    public const string NativeSocket = "/run/systemd/journal/socket";

    /// <summary>Whether the file descriptor is the one that <c>JOURNAL_STREAM</c> names (device and inode).</summary>
    /// <param name="variable">The variable's value.</param>
    /// <param name="descriptor">1 or 2.</param>
    public static bool Is(string? variable, int descriptor) => Inode(variable) is { } inode
        && LinkOf(descriptor) is { } target && (target == $"socket:[{inode}]" || target == $"pipe:[{inode}]");

    /// <summary>Whether that output is a socket, as journald's own streams are.</summary>
    public static bool IsSocket(int descriptor) => LinkOf(descriptor)?.StartsWith("socket:", StringComparison.Ordinal) == true;

    // "8:12345": anonymous inodes are told apart by their number alone.
    private static string? Inode(string? variable) =>
        variable?.Split(':') is [_, { Length: > 0 } inode] && ulong.TryParse(inode, out _) ? inode : null;

    private static string? LinkOf(int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

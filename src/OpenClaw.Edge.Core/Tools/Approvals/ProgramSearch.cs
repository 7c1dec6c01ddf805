namespace OpenClaw.Edge.Tools;

/// <summary>Finds the files that the words of a command name, as the shell would.</summary>
internal static class ProgramSearch
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The absolute path by which a program is found, links not followed; null when there is none.</summary>
    public static string? Find(string program, string directory, string searchPath)
    {
        if (program.Length is 0 or > 4096 || program.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        IEnumerable<string> candidates = program.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(program, directory)]
            : searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.GetFullPath(Path.Combine(folder, program), directory));
        return candidates.FirstOrDefault(IsProgram);
    }

    /// <summary>The program and what it is now; null when there is none.</summary>
    public static BoundFile? Look(string program, string directory, string searchPath) =>
        Find(program, directory, searchPath) is { } found ? new BoundFile(program, found, FileProof.Of(found, always: false)) : null;

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return false; // not ours to see, so not ours to run
        }
    }
}

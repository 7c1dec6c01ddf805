using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of the state directory: rights, room.</summary>
internal static class FileChecks
{
    private const string Modes = "edge/doctor/file-modes";
    private const string State = "edge/doctor/state-dir";
    private const long LittleRoom = 1L << 30; // guess: a week of transcripts and a backup
    private const long NoRoom = 100L << 20; // guess: SQLite's journal and one backup of a young database

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Files with secrets must be the owner's alone.</summary>
    public static IEnumerable<Finding> CheckModes(StatePaths paths)
    {
        bool clean = true;
        foreach (string path in (string[])[paths.StateDir, paths.ConfigPath, paths.TokenPath, paths.DatabasePath, paths.EnvFilePath, paths.SecretDir, paths.BackupDir])
        {
            if (!Path.Exists(path))
            {
                continue;
            }

            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & Others) != 0)
            {
                clean = false;
                UnixFileMode wanted = mode & ~Others;
                yield return new Finding(
                    Modes,
                    FindingSeverity.Warning,
                    $"{path} can be read by others (mode {Convert.ToString((int)mode, 8)})",
                    $"chmod {Convert.ToString((int)wanted, 8)} {path}")
                {
                    Repair = new Repair(path, wanted, null),
                };
            }
        }

        if (clean)
        {
            yield return Finding.Ok(Modes, "secrets are readable by their owner only");
        }
    }

    /// <summary>The state directory must take new files and have room.</summary>
    public static IEnumerable<Finding> CheckState(StatePaths paths)
    {
        if (!Directory.Exists(paths.StateDir))
        {
            yield return new Finding(
                State, FindingSeverity.Info, $"{paths.StateDir} is not there yet", "the first 'openclaw gateway run' makes it");
            yield break;
        }

        yield return Writable(paths.StateDir);
        long free = new DriveInfo(paths.StateDir).AvailableFreeSpace;
        yield return free switch
        {
            < NoRoom => new Finding(
                "edge/doctor/disk", FindingSeverity.Error, $"only {HumanText.Bytes(free)} left for {paths.StateDir}", "make room, or move it with --state-dir"),
            < LittleRoom => new Finding(
                "edge/doctor/disk", FindingSeverity.Warning, $"{HumanText.Bytes(free)} left for {paths.StateDir}", "make room soon"),
            _ => Finding.Ok("edge/doctor/disk", $"{HumanText.Bytes(free)} free"),
        };
    }

    private static Finding Writable(string directory)
    {
        string probe = Path.Combine(directory, $".doctor-{Environment.ProcessId}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
                return Finding.Ok(State, $"{directory} is writable");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Finding(
                State,
                FindingSeverity.Error,
                $"{directory} is not writable for {Environment.UserName}: {e.Message}",
                $"run this as its owner, or: sudo chown -R {Environment.UserName} {directory}");
        }
    }
}

using System.Globalization;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of what lies in the state directory: owner, database, what was left behind, backups, the token's age. Nothing is read
/// that holds a conversation, beyond SQLite's look at its own pages.</summary>
internal static class StateChecks
{
    private const long LongLog = 64L << 20; // sixteen times the size at which it is moved into the file
    private const long ManyLogs = 64L << 20; // three files of 5 MiB are the most that we write
    private const int MostEntries = 5000;
    private static readonly TimeSpan s_staleDraft = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_oldBackup = TimeSpan.FromDays(14); // the original's
    private static readonly TimeSpan s_oldToken = TimeSpan.FromDays(90);

    public static IEnumerable<Finding> Check(StatePaths paths, TimeProvider clock)
    {
        if (!Directory.Exists(paths.StateDir))
        {
            return [];
        }

        try
        {
            return
            [
                Owner(paths),
                .. Database(paths),
                .. Leftovers(paths, clock),
                Logs(paths),
                Durable(paths),
                Backups(paths, clock),
                .. Restores(paths),
                .. Token(paths, clock),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new Finding("edge/doctor/state-read", FindingSeverity.Error, $"{paths.StateDir} cannot be read: {e.Message}", "run this as the gateway's user")];
        }
    }

    // EACCES after a command ran as root, or a volume of another user.
    private static Finding Owner(StatePaths paths)
    {
        const string id = "edge/doctor/owner";
        uint me = FileFacts.CurrentUserId;
        int seen = 0;
        foreach (string entry in Entries(paths.StateDir).Take(MostEntries))
        {
            seen++;
            if (FileFacts.Of(entry) is { } facts && facts.UserId != me)
            {
                return new Finding(
                    id,
                    FindingSeverity.Warning,
                    $"{entry} belongs to user {facts.UserId}, and this is user {me}: one of them will be refused",
                    me == 0 ? $"sudo chown -R --reference={paths.StateDir} {paths.StateDir}, and run commands as the gateway's user" : $"sudo chown -R {me} {paths.StateDir}");
            }
        }

        return Finding.Ok(id, $"{seen} files belong to this user");
    }

    private static IEnumerable<string> Entries(string folder) => Directory
        .EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
        .Prepend(folder);

    private static IEnumerable<Finding> Database(StatePaths paths)
    {
        const string id = "edge/doctor/database";
        if (!File.Exists(paths.DatabasePath))
        {
            yield break;
        }

        DatabaseFacts facts = DatabaseFacts.Of(paths.DatabasePath);
        yield return facts.Problem is { } problem
            ? new Finding(id, FindingSeverity.Error, problem, "stop the gateway, then 'openclaw backup restore ARCHIVE' ('openclaw backup list' names them)")
            : facts.Schema > facts.KnownSchema
                ? new Finding(id, FindingSeverity.Error, $"{paths.DatabasePath} has schema {facts.Schema} and this openclaw knows {facts.KnownSchema}: a newer one wrote it", $"install the newer openclaw, or put the copy of schema {facts.KnownSchema} in {paths.BackupDir} in its place")
                : Finding.Ok(id, $"the database is whole, schema {facts.Schema}");
        long log = facts.LogBytes;
        if (log > LongLog)
        {
            yield return new Finding(
                "edge/doctor/wal", FindingSeverity.Warning, $"{paths.DatabasePath}-wal has {HumanText.Bytes(log)}: it was not moved into the file for long", "restart the gateway; its log says why it could not");
        }
    }

    // Drafts of writes that a power cut ended, unpacked restores, output of commands: put aside, never deleted.
    private static IEnumerable<Finding> Leftovers(StatePaths paths, TimeProvider clock)
    {
        string aside = Path.Combine(paths.BackupDir, "doctor-" + clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        foreach (string folder in (string[])[paths.StateDir, Path.GetDirectoryName(paths.DatabasePath)!, paths.BackupDir])
        {
            foreach (FileSystemInfo entry in Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFileSystemInfos(".*.tmp*") : [])
            {
                if (entry.LastWriteTimeUtc < clock.GetUtcNow().UtcDateTime - s_staleDraft)
                {
                    yield return new Finding(
                        "edge/doctor/leftovers", FindingSeverity.Warning, $"{entry.FullName} was left behind by something that did not come to its end", $"mv {entry.FullName} {aside}")
                    {
                        Repair = new Repair(entry.FullName, null, Path.Combine(aside, entry.Name)),
                    };
                }
            }
        }
    }

    private static Finding Logs(StatePaths paths)
    {
        long bytes = Directory.Exists(paths.LogDir) ? new DirectoryInfo(paths.LogDir).EnumerateFiles().Sum(file => file.Length) : 0;
        return bytes > ManyLogs
            ? new Finding("edge/doctor/logs", FindingSeverity.Warning, $"{paths.LogDir} holds {HumanText.Bytes(bytes)}; this gateway keeps 15 MB at most", "remove what is not openclaw.log, openclaw.log.1 and .2")
            : Finding.Ok("edge/doctor/logs", $"logs take {HumanText.Bytes(bytes)}");
    }

    private static Finding Durable(StatePaths paths)
    {
        const string id = "edge/doctor/durable";
        string format = new DriveInfo(paths.StateDir).DriveFormat;
        return format is "tmpfs" or "ramfs" or "overlay" or "overlayfs"
            ? new Finding(id, FindingSeverity.Warning, $"{paths.StateDir} is on {format}: it is gone after a restart of the machine or the container", "mount a disk or a volume there, or name another with --state-dir")
            : Finding.Ok(id, $"the state is on {format}");
    }

    private static Finding Backups(StatePaths paths, TimeProvider clock)
    {
        const string id = "edge/doctor/backup";
        const string make = "openclaw backup create --verify --keep 7";
        return BackupArchive.In(paths.BackupDir) is not [{ } newest, ..]
            ? new Finding(id, FindingSeverity.Info, $"there is no backup in {paths.BackupDir}", make)
            : clock.GetUtcNow() - newest.CreatedAt > s_oldBackup
                ? new Finding(id, FindingSeverity.Info, $"the newest backup is of {newest.CreatedAt:yyyy-MM-dd}", make)
                : Finding.Ok(id, $"the newest backup is of {newest.CreatedAt:yyyy-MM-dd}");
    }

    private static IEnumerable<Finding> Restores(StatePaths paths) =>
        (Directory.Exists(paths.BackupDir) ? Directory.EnumerateDirectories(paths.BackupDir, "before-restore-*") : [])
        .Where(folder => File.Exists(Path.Combine(folder, BackupRestore.UnfinishedMark)))
        .Select(folder => new Finding(
            "edge/doctor/restore", FindingSeverity.Error, $"a restore did not come to its end: what was here before is in {folder}", "run 'openclaw backup restore' again, or move that folder's files back"));

    private static IEnumerable<Finding> Token(StatePaths paths, TimeProvider clock)
    {
        if (File.Exists(paths.TokenPath))
        {
            TimeSpan age = clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(paths.TokenPath);
            yield return age > s_oldToken
                ? new Finding("edge/doctor/token-age", FindingSeverity.Info, $"the gateway token is {(int)age.TotalDays} days old", "openclaw token rotate --grace 1d")
                : Finding.Ok("edge/doctor/token-age", "the gateway token is younger than 90 days");
        }
    }
}

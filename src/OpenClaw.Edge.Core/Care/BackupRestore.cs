using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>Puts a backup in the place of the state. What was there is kept aside; what the backup does not hold stays.</summary>
public static class BackupRestore
{
    /// <summary>Name of the file that tells a restore which did not come to its end.</summary>
    public const string UnfinishedMark = "UNFINISHED";

    // Never taken from a backup: the holder's own files, and the folder that everything happens in.
    private static readonly string[] Kept = ["backups", "gateway.lock", "gateway.pid"];

    /// <summary>Unpacks a whole backup into a folder that is new or empty, as it lies in the archive.</summary>
    /// <exception cref="CareException">The archive is not whole, or the folder holds something.</exception>
    public static BackupManifest Into(string archive, string? passphrase, string target, CancellationToken cancellationToken)
    {
        if (Path.Exists(target) && (!Directory.Exists(target) || Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new CareException(CareFailure.Refused, $"{target} is not empty; name a folder that is not there yet");
        }

        bool whole = false;
        try
        {
            BackupManifest manifest = BackupReader.Unpack(archive, passphrase, target, static _ => true, cancellationToken);
            whole = true;
            return manifest;
        }
        finally
        {
            if (!whole && Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }
        }
    }

    /// <summary>Restores in place, under the state's lock; a failure puts everything back.</summary>
    /// <param name="paths">Whose state.</param>
    /// <param name="archive">The backup.</param>
    /// <param name="passphrase">For a sealed one.</param>
    /// <param name="dryRun">Whether nothing is changed: the archive is checked, and what would move is told.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends it before anything was moved.</param>
    /// <exception cref="CareException">A gateway runs, or the archive is not whole; the state is as it was.</exception>
    public static RestoreResult InPlace(
        StatePaths paths, string archive, string? passphrase, bool dryRun, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(time);
        using StateLock held = StateClaim.Take(paths, time, "restore");
        string stamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.fff'Z'", CultureInfo.InvariantCulture);
        string aside = Path.Combine(paths.BackupDir, "before-restore-" + stamp);
        string stage = Path.Combine(paths.BackupDir, $".restore-{stamp}.tmp");
        StateMoves moves = new();
        try
        {
            BackupManifest manifest = BackupReader.Unpack(archive, passphrase, stage, static _ => true, cancellationToken);
            IReadOnlyList<(string From, string To)> plan = Plan(manifest, paths, stage);
            if (dryRun)
            {
                return new RestoreResult(manifest, null, [.. plan.Select(step => step.To)]);
            }

            AtomicFile.CreateFolder(aside);
            AtomicFile.Write(Path.Combine(aside, UnfinishedMark), "The restore did not come to its end: what was here before is in this folder.\n"u8);
            int number = 0;
            foreach ((string from, string to) in plan)
            {
                if (Path.Exists(to))
                {
                    moves.Move(to, Path.Combine(aside, $"{number++}", Path.GetFileName(to)));
                }

                moves.Move(from, to);
            }

            File.Delete(Path.Combine(aside, UnfinishedMark));
            CareJournal.Append(paths, time, "restore", json =>
            {
                json.WriteString("archive"u8, archive);
                json.WriteString("keptAside"u8, aside);
            });
            return new RestoreResult(manifest, aside, [.. plan.Select(step => step.To)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            moves.Undo();
            throw new CareException(CareFailure.Refused, $"the restore was taken back: {e.Message}", e);
        }
        finally
        {
            if (Directory.Exists(stage))
            {
                Directory.Delete(stage, recursive: true);
            }
        }
    }

    // Entry by entry of each folder, so that what the backup does not hold stays where it is.
    private static List<(string From, string To)> Plan(BackupManifest manifest, StatePaths paths, string stage)
    {
        List<(string From, string To)> plan = [];
        foreach (BackupRoot root in manifest.Roots)
        {
            string staged = Path.Combine(stage, root.Name);
            string target = root.Name switch
            {
                "state" => paths.StateDir,
                "config" => Path.GetDirectoryName(paths.ConfigPath)!,
                "secrets" => paths.SecretDir,
                "workspace/main" when IsBelow(root.Path, manifest, "state") => paths.DefaultWorkspaceDir,
                _ when IsBelow(root.Path, manifest, "state") =>
                    Path.Combine(paths.StateDir, Path.GetRelativePath(RootPath(manifest, "state")!, root.Path)),
                _ => root.Path,
            };
            string[] entries = Directory.Exists(staged) ? Directory.GetFileSystemEntries(staged) : [];
            foreach (string entry in entries.Order(StringComparer.Ordinal))
            {
                string name = root.Name == "config" ? Path.GetFileName(paths.ConfigPath) : Path.GetFileName(entry);
                if (root.Name != "state" || !Kept.Contains(name))
                {
                    plan.Add((entry, Path.Combine(target, name)));
                }
            }
        }

        return plan;
    }

    private static string? RootPath(BackupManifest manifest, string name) => manifest.Roots.FirstOrDefault(root => root.Name == name)?.Path;

    private static bool IsBelow(string path, BackupManifest manifest, string name) =>
        RootPath(manifest, name) is { } top && path.StartsWith(top + "/", StringComparison.Ordinal);
}

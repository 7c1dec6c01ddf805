using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Storage;

/// <summary>Brings the schema up to date: each step in a transaction of its own, after a backup when the file held data.</summary>
internal static partial class Migrator
{
    /// <summary>Runs the steps that the file lacks.</summary>
    /// <exception cref="StorageException">The file is newer than this program, or could not be backed up.</exception>
    /// <exception cref="SqliteException">A step failed; the file is as it was before that step.</exception>
    public static void Apply(EdgeConnection connection, string path, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger logger)
    {
        int latest = migrations[^1].Version;
        int version = (int)connection.Number("PRAGMA user_version");
        if (version == latest)
        {
            return;
        }

        if (version > latest)
        {
            throw new StorageException(StorageFailure.NewerSchema, string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: the database has schema {version} and this openclaw knows {latest} at most. Install the newer openclaw again, or move the file away and restore the backup for schema {latest} from {DatabaseBackup.DirectoryOf(path)}."));
        }

        if (version > 0)
        {
            string backup = DatabaseBackup.Make(connection, path, version, time);
            Log.BackedUp(logger, path, backup, version);
        }

        foreach (Migration migration in migrations)
        {
            if (migration.Version > version)
            {
                Run(connection, migration);
            }
        }

        if (version > 0)
        {
            Log.Migrated(logger, path, version, latest);
        }
    }

    private static void Run(EdgeConnection connection, Migration migration)
    {
        connection.Script("BEGIN IMMEDIATE");
        try
        {
            connection.Script(migration.Sql());
            connection.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={migration.Version}"));
            connection.Script("COMMIT");
        }
        catch (SqliteException)
        {
            try
            {
                connection.Script("ROLLBACK");
            }
            catch (SqliteException)
            {
                // SQLite has already rolled back; the first error is the one to tell.
            }

            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1205, LogLevel.Information, "Database {Path}: schema {Version} was backed up to {Backup} before the migration.")]
        public static partial void BackedUp(ILogger logger, string path, string backup, int version);

        [LoggerMessage(1206, LogLevel.Information, "Database {Path}: schema {From} is now {To}.")]
        public static partial void Migrated(ILogger logger, string path, int from, int to);
    }
}

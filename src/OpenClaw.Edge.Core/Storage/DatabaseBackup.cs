using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OpenClaw.Edge.Storage;

/// <summary>Copies of the file, in the directory <c>backups</c> beside it.</summary>
internal static class DatabaseBackup
{
    // guess: a downgrade goes back over few versions, and each copy is as large as the data.
    private const int Kept = 5;

    /// <summary>Where copies of the file are.</summary>
    public static string DirectoryOf(string path) => Path.Combine(Path.GetDirectoryName(path) ?? ".", "backups");

    /// <summary>Makes a compact, checked copy, and drops the oldest ones.</summary>
    /// <returns>The copy's path.</returns>
    /// <exception cref="StorageException">There is no room, or the copy is not whole.</exception>
    public static string Make(EdgeConnection connection, string path, int version, TimeProvider time)
    {
        string directory = DirectoryOf(path);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        long needed = new FileInfo(path).Length + LengthOf(path + "-wal");
        long free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < needed)
        {
            throw new StorageException(StorageFailure.Full, string.Create(
                CultureInfo.InvariantCulture,
                $"{directory}: the backup before the migration needs {needed >> 20} MiB and {free >> 20} MiB are free. Free some space and start again; nothing was changed."));
        }

        string stem = Path.GetFileNameWithoutExtension(path);
        string target = Path.Combine(directory, string.Create(
            CultureInfo.InvariantCulture, $"{stem}.schema-{version}.{time.GetUtcNow():yyyyMMdd-HHmmss-fff}.sqlite"));
        DatabaseFile.Prepare(target);
        connection.Execute("VACUUM INTO $1", target);
        Verify(connection, target, version);
        DropOldest(directory, stem);
        return target;
    }

    private static void Verify(EdgeConnection connection, string target, int version)
    {
        long rows = CountRows(connection);
        using SqliteConnection sqlite = DatabaseFile.Connect(target, SqliteOpenMode.ReadOnly);
        using EdgeConnection copy = new(sqlite);
        IReadOnlyList<string> findings = copy.All("PRAGMA quick_check(1)", row => row.GetString(0));
        if (findings is not ["ok"] || copy.Number("PRAGMA user_version") != version || CountRows(copy) != rows)
        {
            throw new StorageException(
                StorageFailure.Corrupt,
                $"{target}: the backup before the migration is not whole ({string.Join("; ", findings)}). Check the disk; nothing was changed.");
        }
    }

    private static long CountRows(EdgeConnection connection)
    {
        long rows = 0;
        foreach (string table in connection.All(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name", row => row.GetString(0)))
        {
            rows += connection.Number($"SELECT COUNT(*) FROM \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        }

        return rows;
    }

    private static void DropOldest(string directory, string stem)
    {
        // The names sort by time within a schema; creation order is what counts, so by the time in the name.
        string[] copies = Directory.GetFiles(directory, stem + ".schema-*.sqlite");
        Array.Sort(copies, static (left, right) => string.CompareOrdinal(TimePart(left), TimePart(right)));
        foreach (string old in copies.SkipLast(Kept))
        {
            File.Delete(old);
        }
    }

    private static string TimePart(string copy)
    {
        string[] parts = Path.GetFileName(copy).Split('.');
        return parts[^2];
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}

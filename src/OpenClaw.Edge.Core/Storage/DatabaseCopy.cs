using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OpenClaw.Edge.Storage;

/// <summary>Looks at and copies SQLite files from outside the gateway that has them open; a copy is one moment, with all that was committed.</summary>
public static class DatabaseCopy
{
    /// <summary>The newest schema that this program knows.</summary>
    public static int LatestSchema => Migration.All[^1].Version;

    /// <summary>Whether a file begins as SQLite's do. Source: https://www.sqlite.org/fileformat.html, 1.3.</summary>
    public static bool IsDatabase(ReadOnlySpan<byte> start) => start.StartsWith("SQLite format 3\0"u8);

    /// <summary>Writes a compact copy, without pages of deleted rows, to a path where nothing is; 0600.</summary>
    /// <exception cref="StorageException">The file cannot be read, or the copy cannot be written.</exception>
    public static void Make(string path, string target)
    {
        DatabaseFile.Prepare(target);
        With(path, connection => connection.Execute("VACUUM INTO $1", target));
    }

    /// <summary>Reads the whole file.</summary>
    /// <returns>What SQLite finds wrong, ten lines at most; empty when it is whole.</returns>
    /// <exception cref="StorageException">The file cannot be opened.</exception>
    public static IReadOnlyList<string> Check(string path) => With(path, connection =>
    {
        IReadOnlyList<string> found = connection.All("PRAGMA integrity_check(10)", row => row.GetString(0));
        return found is ["ok"] ? [] : found;
    });

    /// <summary>Looks at the structure only, which takes milliseconds on a file that takes seconds to read.</summary>
    public static IReadOnlyList<string> QuickCheck(string path) => With(path, connection =>
    {
        IReadOnlyList<string> found = connection.All("PRAGMA quick_check(10)", row => row.GetString(0));
        return found is ["ok"] ? [] : found;
    });

    /// <summary>The schema of the gateway's file.</summary>
    public static int SchemaOf(string path) => With(path, connection => (int)connection.Number("PRAGMA user_version"));

    /// <summary>Rows of each table, for a report without contents.</summary>
    public static IReadOnlyList<(string Table, long Rows)> Count(string path) => With(path, connection =>
        (IReadOnlyList<(string, long)>)[.. connection
            .All("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name", row => row.GetString(0))
            .Select(table => (table, connection.Number(string.Create(
                CultureInfo.InvariantCulture, $"SELECT COUNT(*) FROM \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))))]);

    // Read and write: a file whose log was not yet moved into it can only be opened so. Nothing is written but by SQLite itself.
    private static T With<T>(string path, Func<EdgeConnection, T> work)
    {
        try
        {
            using SqliteConnection sqlite = DatabaseFile.Connect(path, SqliteOpenMode.ReadWrite);
            using EdgeConnection connection = new(sqlite);
            connection.Script("PRAGMA busy_timeout=5000; PRAGMA cache_size=-256; PRAGMA mmap_size=0;");
            return work(connection);
        }
        catch (SqliteException cause)
        {
            throw StorageException.From(cause, path);
        }
    }
}

using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace OpenClaw.Edge.Storage;

/// <summary>Another program's SQLite file, read from a copy of it and its log: nothing is opened, locked or made beside the original.
/// Used by one thread at a time.</summary>
internal sealed class ForeignDatabase : IDisposable
{
    private const int Attempts = 3;
    private const long MostBytes = 16L << 30;

    // This SQLite (3.35) does not know STRICT tables, which came with 3.37, and takes a schema with them for damaged. In a copy the word can
    // go: the rows are stored alike. What else is too new for it is passed over while the schema may be written, and then told as missing.
    private const string Loosen =
        """
        PRAGMA writable_schema=ON;
        UPDATE sqlite_master SET sql = substr(rtrim(sql), 1, length(rtrim(sql)) - 6) WHERE type = 'table' AND rtrim(sql) LIKE '%) STRICT';
        """;

    private static readonly string[] Parts = ["", "-wal", "-journal"];

    private ForeignDatabase(EdgeConnection connection) => Connection = connection;

    /// <summary>The copy; it takes no writes.</summary>
    public EdgeConnection Connection { get; }

    /// <summary>Copies a file that is there, and opens the copy.</summary>
    /// <param name="path">The file, whose program may have it open.</param>
    /// <param name="copy">Path of the copy: nothing is there, and its folder is.</param>
    /// <exception cref="StorageException">It cannot be copied as one moment, or is no database.</exception>
    public static ForeignDatabase Open(string path, string copy)
    {
        Copy(path, copy);
        try
        {
            using EdgeConnection connection = new(DatabaseFile.Connect(copy, SqliteOpenMode.ReadWrite));
            connection.Script(Loosen);
        }
        catch (SqliteException cause)
        {
            throw new StorageException(StorageFailure.Corrupt, $"{path} cannot be read: {cause.Message}", cause);
        }

        return Connect(copy, "PRAGMA writable_schema=ON;" + DatabaseFile.ReaderPragmas);
    }

    /// <summary>Opens a file of ours to look into, while a gateway may have it open.</summary>
    /// <exception cref="StorageException">It cannot be opened.</exception>
    public static ForeignDatabase OpenOwn(string path) => Connect(path, DatabaseFile.ReaderPragmas);

    /// <summary>Runs a query; null, with what SQLite says, where a table is not as it was expected.</summary>
    public T? Try<T>(Func<EdgeConnection, T> query, out string? problem)
        where T : class
    {
        try
        {
            problem = null;
            return query(Connection);
        }
        catch (DbException wrong)
        {
            problem = wrong.Message;
            return null;
        }
    }

    /// <summary>Whether a table is there, and has a column when one is named.</summary>
    public bool Has(string table, string? column = null) => column is null
        ? Connection.Number("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1", table) > 0
        : Connection.Number("SELECT COUNT(*) FROM pragma_table_info($1) WHERE name = $2", table, column) > 0;

    /// <inheritdoc />
    public void Dispose() => Connection.Dispose();

    private static ForeignDatabase Connect(string path, string pragmas)
    {
        EdgeConnection? connection = null;
        try
        {
            // Read and write: a log that is not yet in the file can only be read so.
            connection = new EdgeConnection(DatabaseFile.Connect(path, SqliteOpenMode.ReadWrite));
            connection.Script(pragmas);
            _ = connection.Number("SELECT COUNT(*) FROM sqlite_master");
            return new ForeignDatabase(connection);
        }
        catch (SqliteException cause)
        {
            connection?.Dispose();
            throw StorageException.From(cause, path);
        }
    }

    // The two files belong together: a copy counts when neither changed while it was made.
    private static void Copy(string path, string copy)
    {
        try
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                string before = Look(path);
                foreach (string part in Parts)
                {
                    File.Delete(copy + part);
                    if (File.Exists(path + part))
                    {
                        CopyPart(path + part, copy + part);
                    }
                }

                if (before == Look(path))
                {
                    return;
                }
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFailure.ReadOnly, $"{path} cannot be copied to {copy}: {cause.Message}", cause);
        }

        throw new StorageException(StorageFailure.ReadOnly, $"{path} is being written: stop the program that uses it, and try again");
    }

    private static void CopyPart(string from, string to)
    {
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (source.Length > MostBytes)
        {
            throw new IOException($"it is larger than {MostBytes >> 30} GiB");
        }

        using FileStream target = new(to, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        source.CopyTo(target);
    }

    private static string Look(string path) => string.Join('|', Parts.Select(part =>
        new FileInfo(path + part) is { Exists: true } file ? $"{file.Length}@{file.LastWriteTimeUtc.Ticks}" : "-"));
}

using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OpenClaw.Edge.Storage;

/// <summary>How the file is made and opened.</summary>
internal static class DatabaseFile
{
    /// <summary>Settings of the writer. auto_vacuum only takes on an empty file, before the first table. No mmap: with it a failing disk is
    /// a SIGBUS that ends the process, without it an error that one write gets.</summary>
    public const string WriterPragmas =
        """
        PRAGMA busy_timeout=5000;
        PRAGMA auto_vacuum=INCREMENTAL;
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=FULL;
        PRAGMA foreign_keys=ON;
        PRAGMA cache_size=-256;
        PRAGMA temp_store=MEMORY;
        PRAGMA mmap_size=0;
        PRAGMA journal_size_limit=4194304;
        PRAGMA wal_autocheckpoint=4096;
        """;

    /// <summary>Settings of a reader: with three of them and the writer, page caches stay at 1 MiB.</summary>
    public const string ReaderPragmas =
        """
        PRAGMA busy_timeout=5000;
        PRAGMA query_only=ON;
        PRAGMA cache_size=-256;
        PRAGMA temp_store=MEMORY;
        PRAGMA mmap_size=0;
        """;

    /// <summary>Gives pages that a deletion left back to the disk, 2 MiB at most, so that nobody waits long for it. To be run to its last
    /// row: each step moves one page.</summary>
    public const string GiveBackPages = "PRAGMA incremental_vacuum(512)";

    /// <summary>The path of a database that is nowhere: SQLite's own word.</summary>
    public const string InMemory = ":memory:";

    /// <summary>Settings of a database in memory: 16,384 pages of 4 KiB at most, and nothing beside it on a disk.</summary>
    public const string InMemoryPragmas = "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA max_page_count=16384;";

    private static int _providerSet;

    /// <summary>Makes directory (0700) and file (0600) if they are missing; SQLite gives the log and its index the file's mode.</summary>
    /// <exception cref="StorageException">They cannot be made.</exception>
    public static void Prepare(string path)
    {
        if (path == InMemory || File.Exists(path))
        {
            return;
        }

        try
        {
            if (Path.GetDirectoryName(path) is string directory && !Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            using FileStream made = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                StorageFailure.ReadOnly,
                $"{path}: cannot be made ({cause.Message}). Give the state directory to the user that runs the gateway, and look for free space.",
                cause);
        }
    }

    /// <summary>Opens a connection; the caller sets its pragmas.</summary>
    public static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        // The package's own initialiser is reflection, which is not there in the native binary.
        if (Interlocked.Exchange(ref _providerSet, 1) == 0)
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
        }

        SqliteConnection sqlite = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        try
        {
            sqlite.Open();
            return sqlite;
        }
        catch
        {
            sqlite.Dispose();
            throw;
        }
    }
}

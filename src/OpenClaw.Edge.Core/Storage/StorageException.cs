using Microsoft.Data.Sqlite;

namespace OpenClaw.Edge.Storage;

/// <summary>The only exception that the database throws. The message names the file and the fix.</summary>
public sealed class StorageException : Exception
{
    /// <summary>Wraps a cause.</summary>
    public StorageException(StorageFailure failure, string message, Exception? cause = null)
        : base(message, cause) => Failure = failure;

    /// <summary>What can be done about it.</summary>
    public StorageFailure Failure { get; }

    // Primary result codes: https://www.sqlite.org/rescode.html
    internal static StorageException From(SqliteException cause, string path) => cause.SqliteErrorCode switch
    {
        13 when path == DatabaseFile.InMemory => new(StorageFailure.Full, "incognito sessions have filled the memory that they may have (64 MiB). Delete one of them, or go on in a session that is kept.", cause),
        13 => new(StorageFailure.Full, $"{path}: no space left. Free some space on that disk; nothing stored was lost, and writing continues as soon as there is room.", cause),
        11 or 26 => new(StorageFailure.Corrupt, $"{path}: the database is damaged ({cause.Message}). Stop the gateway, move the file away, and restore the newest file of the backups directory.", cause),
        5 or 6 => new(StorageFailure.Locked, $"{path}: another process holds the database. Stop it (fuser {path} names it) and try again.", cause),
        8 or 3 or 14 or 23 => new(StorageFailure.ReadOnly, $"{path}: cannot be written ({cause.Message}). Check owner and mode of the file and its directory, and that the disk is not mounted read-only.", cause),
        10 => IoFailure(cause, path),
        19 or 20 or 25 => new(StorageFailure.Constraint, $"{path}: a row was refused ({cause.Message}).", cause),
        _ => new(StorageFailure.Io, $"{path}: {cause.Message}", cause),
    };

    internal static StorageException ClosedFor(string path) =>
        new(StorageFailure.Closed, $"{path}: the database is closing because the gateway stops. Send again after the restart.");

    /// <summary>Whether the disk of a file has too little room for the log and a page or two.</summary>
    internal static bool IsFull(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < LittleRoom;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private const long LittleRoom = 256 * 1024;

    // Extended code 778 is SQLITE_IOERR_WRITE; a quota shows as it, and so does a file-size limit. At an open, a full disk shows as
    // the failed growth of the shared memory.
    private static StorageException IoFailure(SqliteException cause, string path) => cause.SqliteExtendedErrorCode == 778 || IsFull(path)
        ? new(StorageFailure.Full, $"{path}: the disk did not take the write (full, over quota or over a file-size limit). Free some space; writing continues as soon as there is room.", cause)
        : new(StorageFailure.Io, $"{path}: the disk failed ({cause.Message}). Look at the kernel log (journalctl -k) and check the disk.", cause);
}

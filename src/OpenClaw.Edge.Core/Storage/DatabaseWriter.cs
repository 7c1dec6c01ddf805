using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace OpenClaw.Edge.Storage;

/// <summary>The one connection that writes. Used by the writer's loop only.</summary>
internal sealed partial class DatabaseWriter : IDisposable
{
    /// <summary>Writes that share one commit at most; bounds how long the first of them waits for the last.</summary>
    public const int MaxBatch = 256;

    // 4 MiB of log: a checkpoint of it takes some milliseconds, and a restart reads it in one go.
    private const long LogBytes = 4 << 20;
    private const int CommitsBetweenLooks = 32;

    private readonly SqliteConnection _sqlite;
    private readonly string _path;
    private readonly ILogger _logger;
    private int _commits;
    private int _changes;
    private bool _failing;
    private volatile StorageException? _failure;

    private DatabaseWriter(SqliteConnection sqlite, string path, ILogger logger)
    {
        _sqlite = sqlite;
        _path = path;
        _logger = logger;
        Connection = new EdgeConnection(sqlite);
    }

    /// <summary>The connection with its statements.</summary>
    public EdgeConnection Connection { get; }

    /// <summary>Why the disk took no writes when it was last asked; null when it did, or has room again. Safe from any thread.</summary>
    public StorageException? Failure => _failure is { Failure: StorageFailure.Full } && !StorageException.IsFull(_path) ? null : _failure;

    /// <summary>Opens or makes the file and brings its schema up to date.</summary>
    public static DatabaseWriter Open(string path, TimeProvider time, ILogger logger)
    {
        DatabaseFile.Prepare(path);
        SqliteConnection sqlite = DatabaseFile.Connect(path, SqliteOpenMode.ReadWriteCreate);
        DatabaseWriter writer = new(sqlite, path, logger);
        try
        {
            writer.Connection.Script(path == DatabaseFile.InMemory ? DatabaseFile.InMemoryPragmas : DatabaseFile.WriterPragmas);
            Migrator.Apply(writer.Connection, path, Migration.All, time, logger);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Runs the writes in one transaction and settles each of them. Never throws.</summary>
    public void Commit(List<WriteItem> batch)
    {
        try
        {
            Connection.Execute("BEGIN IMMEDIATE");
            RunAll(batch);
            Connection.Execute("COMMIT");
            NoteSuccess();
            foreach (WriteItem item in batch)
            {
                item.OnCommitted?.ForEach(action => action());
                item.Succeed();
            }
        }
        catch (Exception cause)
        {
            // The edge of the loop: whatever went wrong belongs to the callers of this batch.
            Undo();
            FailAll(batch, cause);
        }
    }

    /// <summary>Moves the log into the file when it has grown long, after the callers were answered.</summary>
    public void CheckpointIfLong()
    {
        if (++_commits % CommitsBetweenLooks != 0 || new FileInfo(_path + "-wal") is not { Exists: true, Length: > LogBytes })
        {
            return;
        }

        Checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// <summary>Gives free pages back to the disk, moves the whole log into the file and empties it.</summary>
    public void Finish()
    {
        try
        {
            Connection.Each(DatabaseFile.GiveBackPages, static _ => true);
            Checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException cause)
        {
            Log.CheckpointFailed(_logger, _path, cause.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Connection.Dispose();

    private void RunAll(List<WriteItem> batch)
    {
        foreach (WriteItem item in batch)
        {
            if (item.CancellationToken.IsCancellationRequested)
            {
                item.Cancel();
                continue;
            }

            Connection.Execute("SAVEPOINT item");
            try
            {
                item.Run(Connection);
                Connection.Execute("RELEASE item");
                item.OnCommitted = Connection.TakeCommittedActions();
            }
            catch (Exception cause) when (InTransaction)
            {
                // One write fails alone; its caller gets the cause.
                Connection.TakeCommittedActions();
                Connection.Execute("ROLLBACK TO item");
                Connection.Execute("RELEASE item");
                item.Fail(Translate(cause));
            }
        }
    }

    // SQLite ends the transaction by itself on a full disk or a failing one: then no write of the batch is there.
    private bool InTransaction => raw.sqlite3_get_autocommit(_sqlite.Handle) == 0;

    // An empty transaction does not touch the disk and proves nothing.
    private void NoteSuccess()
    {
        int changes = raw.sqlite3_total_changes(_sqlite.Handle);
        if (changes != _changes)
        {
            _changes = changes;
            _failing = false;
            _failure = null;
        }
    }

    private void Undo()
    {
        Connection.TakeCommittedActions();
        try
        {
            if (InTransaction)
            {
                Connection.Execute("ROLLBACK");
            }
        }
        catch (SqliteException cause)
        {
            Log.RollbackFailed(_logger, _path, cause);
        }
    }

    private void FailAll(List<WriteItem> batch, Exception cause)
    {
        Exception translated = Translate(cause);
        if (translated is StorageException { Failure: StorageFailure.Full or StorageFailure.Io or StorageFailure.ReadOnly } failure)
        {
            _failure = failure;
        }

        if (!_failing)
        {
            // Once, and not with each write: the log may be on the same full disk.
            _failing = true;
            Log.BatchFailed(_logger, batch.Count, translated.Message);
        }

        foreach (WriteItem item in batch)
        {
            if (!item.Settled)
            {
                item.Fail(translated);
            }
        }
    }

    private Exception Translate(Exception cause) => cause is SqliteException sqlite ? StorageException.From(sqlite, _path) : cause;

    private void Checkpoint(string sql)
    {
        try
        {
            Connection.Number(sql);
        }
        catch (SqliteException cause)
        {
            // Nothing is lost: the log keeps what the file lacks, and the next one tries again.
            Log.CheckpointFailed(_logger, _path, cause.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1202, LogLevel.Warning, "Database {Path}: the log could not be moved into the file ({Reason}); it grows until that works.")]
        public static partial void CheckpointFailed(ILogger logger, string path, string reason);

        [LoggerMessage(1203, LogLevel.Error, "{Count} writes failed and were refused to their callers, as all will be until it is mended: {Reason}")]
        public static partial void BatchFailed(ILogger logger, int count, string reason);

        [LoggerMessage(1204, LogLevel.Error, "Database {Path}: a failed transaction could not be rolled back.")]
        public static partial void RollbackFailed(ILogger logger, string path, Exception cause);
    }
}

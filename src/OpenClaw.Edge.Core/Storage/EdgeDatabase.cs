using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Storage;

/// <summary>One SQLite file: a single writer loop with group commit, and a few read-only connections. Thread-safe. A write's task completes
/// after its commit is on disk (WAL, <c>synchronous=FULL</c>); what was acknowledged survives a power cut.</summary>
public sealed partial class EdgeDatabase : IAsyncDisposable
{
    // guess: 1024 waiting writes are some seconds of a slow SD card's fsyncs; beyond that the caller waits.
    private const int QueueCapacity = 1024;

    private readonly Channel<WriteItem> _queue = Channel.CreateBounded<WriteItem>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ReaderPool _readers;
    private readonly DatabaseWriter _writer;
    private readonly Task _loop;
    private readonly Lock _one = new(); // the only connection of a database in memory
    private readonly bool _inMemory;
    private EdgeDatabase? _transient;
    private int _disposed;

    private EdgeDatabase(string path, DatabaseWriter writer, TimeProvider time, ILogger logger)
    {
        Path = path;
        _time = time;
        _logger = logger;
        _writer = writer;
        _inMemory = path == DatabaseFile.InMemory;
        _readers = new ReaderPool(path);
        _loop = Task.Run(() => RunAsync(writer));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>A database beside this one that is in memory only, 64 MiB at most: it ends with this one, and nothing of it comes to a disk.
    /// Made when it is first asked for.</summary>
    /// <exception cref="StorageException">This one is closed.</exception>
    public EdgeDatabase Transient()
    {
        lock (_one)
        {
            if (_disposed != 0)
            {
                throw StorageException.ClosedFor(Path);
            }

            return _transient ??= new EdgeDatabase(
                DatabaseFile.InMemory, DatabaseWriter.Open(DatabaseFile.InMemory, _time, _logger), _time, _logger);
        }
    }

    /// <summary>Why the disk takes no writes now; null while it does. Its message names the fix.</summary>
    public StorageException? WriteFailure => _writer.Failure;

    /// <summary>Opens or makes the file and brings its schema up to date, after a backup when it held data.</summary>
    /// <param name="path">The file; its directory is made if it is missing.</param>
    /// <param name="time">Clock for the names of backups.</param>
    /// <param name="logger">For migrations and failing checkpoints.</param>
    /// <exception cref="StorageException">The file cannot be opened, is damaged, or is newer than this program.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "the loop owns the writer and disposes it")]
    public static EdgeDatabase Open(string path, TimeProvider time, ILogger logger)
    {
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            return new EdgeDatabase(full, DatabaseWriter.Open(full, time, logger), time, logger);
        }
        catch (SqliteException cause)
        {
            throw StorageException.From(cause, full);
        }
    }

    /// <summary>Runs <paramref name="work"/> on the writer's loop, inside a transaction that it may share with other writes; if it throws,
    /// only its own changes are undone.</summary>
    /// <param name="work">Runs once, on another thread, and must not wait for anything.</param>
    /// <param name="cancellationToken">Takes the write out of the queue; once it runs, it runs to the end.</param>
    /// <exception cref="StorageException">The write is not on disk.</exception>
    public Task WriteAsync(Action<EdgeConnection> work, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                work(connection);
                return true;
            },
            cancellationToken);

    /// <summary>As <see cref="WriteAsync(Action{EdgeConnection}, CancellationToken)"/>, with a result.</summary>
    /// <typeparam name="T">The result.</typeparam>
    public async Task<T> WriteAsync<T>(Func<EdgeConnection, T> work, CancellationToken cancellationToken)
    {
        WriteItem<T> item = new(work, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(item, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw StorageException.ClosedFor(Path);
        }

        return await item.Task;
    }

    /// <summary>Runs a query on a read-only connection; waits while all of them are busy. It sees every write that was acknowledged before.</summary>
    /// <typeparam name="T">What the query makes; it must not hold on to the connection.</typeparam>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public T Read<T>(Func<EdgeConnection, T> query)
    {
        if (!_inMemory)
        {
            return _readers.Read(query);
        }

        lock (_one)
        {
            return _disposed == 0 ? query(_writer.Connection) : throw StorageException.ClosedFor(Path);
        }
    }

    /// <summary>Reads the whole file and checks it; slow on a big one.</summary>
    /// <returns>False when SQLite finds damage; it is logged.</returns>
    public async Task<bool> IntegrityCheckAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> findings = await Task.Run(
            () => Read(connection => connection.All("PRAGMA integrity_check(10)", row => row.GetString(0))),
            cancellationToken);
        if (findings is ["ok"])
        {
            return true;
        }

        foreach (string finding in findings)
        {
            Log.Damaged(_logger, Path, finding);
        }

        return false;
    }

    /// <summary>Stops taking writes, finishes those that wait, moves the log into the file and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _queue.Writer.TryComplete();
        _readers.Dispose();
        await _loop;
        EdgeDatabase? transient;
        lock (_one)
        {
            transient = _transient;
        }

        if (transient is not null)
        {
            await transient.DisposeAsync();
        }
    }

    private async Task RunAsync(DatabaseWriter writer)
    {
        using (writer)
        {
            List<WriteItem> batch = new(DatabaseWriter.MaxBatch);
            while (await _queue.Reader.WaitToReadAsync())
            {
                while (batch.Count < DatabaseWriter.MaxBatch && _queue.Reader.TryRead(out WriteItem? item))
                {
                    batch.Add(item);
                }

                lock (_one)
                {
                    writer.Commit(batch);
                }

                batch.Clear();
                writer.CheckpointIfLong();
            }

            lock (_one)
            {
                writer.Finish();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Error, "Database {Path} is damaged: {Finding}. Stop the gateway and restore the newest file of the backups directory.")]
        public static partial void Damaged(ILogger logger, string path, string finding);
    }
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace OpenClaw.Edge.Storage;

/// <summary>Read-only connections, made when they are first needed. Thread-safe.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    // Readers never wait for the writer; three keep two cores busy, and each costs a page cache.
    private const int MaxReaders = 3;

    // Never disposed: it holds no handle unless somebody asks for one, and a late reader must be able to give its place back.
    [SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "see above")]
    private readonly SemaphoreSlim _free = new(MaxReaders, MaxReaders);
    private readonly Stack<EdgeConnection> _idle = new(MaxReaders);
    private bool _disposed;

    /// <summary>Runs a query on a connection of the pool.</summary>
    public T Read<T>(Func<EdgeConnection, T> query)
    {
        _free.Wait();
        EdgeConnection? connection = null;
        try
        {
            connection = TakeIdle() ?? Connect();
            T result = query(connection);
            connection = Return(connection);
            return result;
        }
        catch (SqliteException cause)
        {
            throw StorageException.From(cause, path);
        }
        finally
        {
            // A connection whose query failed is not used again.
            connection?.Dispose();
            _free.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_idle)
        {
            _disposed = true;
            while (_idle.TryPop(out EdgeConnection? connection))
            {
                connection.Dispose();
            }
        }
    }

    private EdgeConnection? TakeIdle()
    {
        lock (_idle)
        {
            if (_disposed)
            {
                throw StorageException.ClosedFor(path);
            }

            return _idle.TryPop(out EdgeConnection? idle) ? idle : null;
        }
    }

    private EdgeConnection Connect()
    {
        EdgeConnection connection = new(DatabaseFile.Connect(path, SqliteOpenMode.ReadOnly));
        try
        {
            connection.Script(DatabaseFile.ReaderPragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Null when the pool took it.
    private EdgeConnection? Return(EdgeConnection connection)
    {
        lock (_idle)
        {
            if (_disposed)
            {
                return connection;
            }

            _idle.Push(connection);
            return null;
        }
    }
}

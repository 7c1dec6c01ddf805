using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Core.Tests.Sessions;

/// <summary>A test class whose every test has a database of its own, a store over it and a clock that stands still.</summary>
public abstract class WithSessions : IAsyncDisposable
{
    /// <summary>Opens the database.</summary>
    protected WithSessions()
    {
        Database = EdgeDatabase.Open(Files.PathOf("state/edge.sqlite"), Time, NullLogger.Instance);
        Store = new SessionStore(Database, Time);
    }

    /// <summary>The main session of the agent <c>main</c>.</summary>
    protected static SessionKey Main { get; } = SessionKey.Main("main");

    /// <summary>Where the database lies.</summary>
    protected TempDir Files { get; } = new();

    /// <summary>The clock.</summary>
    protected ManualTimeProvider Time { get; } = new();

    /// <summary>The database.</summary>
    protected EdgeDatabase Database { get; }

    /// <summary>The store.</summary>
    protected SessionStore Store { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Files.Dispose();
        GC.SuppressFinalize(this);
    }
}

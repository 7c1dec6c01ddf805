using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Core.Tests.Storage;

/// <summary>A test class whose every test has a database of its own and a clock that stands still.</summary>
public abstract class WithDatabase : IAsyncDisposable
{
    /// <summary>Opens the database.</summary>
    protected WithDatabase() => Database = EdgeDatabase.Open(Files.PathOf("state/edge.sqlite"), Time, NullLogger.Instance);

    /// <summary>Where the database lies.</summary>
    protected TempDir Files { get; } = new();

    /// <summary>The clock.</summary>
    protected ManualTimeProvider Time { get; } = new();

    /// <summary>The database.</summary>
    protected EdgeDatabase Database { get; }

    /// <summary>What the clock says.</summary>
    protected long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Files.Dispose();
        GC.SuppressFinalize(this);
    }
}

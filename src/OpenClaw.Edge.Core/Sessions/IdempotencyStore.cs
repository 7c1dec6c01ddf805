using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Answers to requests that must not run twice, kept over a restart. Thread-safe.</summary>
public sealed class IdempotencyStore(EdgeDatabase database, TimeProvider time)
{
    // Pruned with each save, so that the table follows the traffic and no timer is needed.
    private const int PrunedPerSave = 8;

    /// <summary>How long an answer is kept.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromHours(24);

    private long OldestMs => (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();

    /// <summary>The first answer that was saved under the key; null when there is none or it is too old.</summary>
    /// <param name="scope">What the key is unique in: a method name.</param>
    /// <param name="key">The client's key.</param>
    public string? Find(string scope, string key) => database.Read(connection =>
        connection.First(IdempotencyTable.Find, row => row.GetString(0), scope, key, OldestMs));

    /// <summary>Keeps an answer; the first one under a key stays.</summary>
    public Task SaveAsync(string scope, string key, string response, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(IdempotencyTable.Prune, OldestMs, PrunedPerSave);
            connection.Execute(IdempotencyTable.Insert, scope, key, time.GetUtcNow().ToUnixTimeMilliseconds(), response);
        },
        cancellationToken);
}

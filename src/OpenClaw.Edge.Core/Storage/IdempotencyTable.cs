namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>idempotency</c>. Parameters are listed in the order they are bound.</summary>
internal static class IdempotencyTable
{
    /// <summary>scope, key, not older than.</summary>
    public const string Find = "SELECT response FROM idempotency WHERE scope = $1 AND key = $2 AND at_ms >= $3";

    /// <summary>scope, key, time, response. The first answer stays.</summary>
    public const string Insert =
        "INSERT INTO idempotency (scope, key, at_ms, response) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

    /// <summary>older than, rows at most.</summary>
    public const string Prune =
        """
        DELETE FROM idempotency
        WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)
        """;
}

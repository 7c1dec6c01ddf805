namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>usage</c>. Parameters are listed in the order they are bound.</summary>
internal static class UsageTable
{
    /// <summary>day, time, session, agent, run, provider, model, input, output, cache read, cache write, total, their costs in the same
    /// order, processor milliseconds.</summary>
    public const string Insert =
        """
        INSERT INTO usage (day, at_ms, session_key, agent_id, run_id, provider, model, input, output, cache_read, cache_write, total,
            cost_input, cost_output, cost_cache_read, cost_cache_write, cost_total, cpu_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """;

    /// <summary>by session, by agent, by day, by provider, by model (0 or 1 each), session, agent, first day, last day, limit.</summary>
    public const string Sum =
        """
        SELECT CASE WHEN $1 THEN session_key END, CASE WHEN $2 THEN agent_id END, CASE WHEN $3 THEN day END,
            CASE WHEN $4 THEN provider END, CASE WHEN $5 THEN model END,
            COUNT(DISTINCT run_id), SUM(input), SUM(output), SUM(cache_read), SUM(cache_write), SUM(total),
            SUM(cost_input), SUM(cost_output), SUM(cost_cache_read), SUM(cost_cache_write), SUM(cost_total), SUM(cpu_ms)
        FROM usage
        WHERE ($6 IS NULL OR session_key = $6) AND ($7 IS NULL OR agent_id = $7)
            AND ($8 IS NULL OR day >= $8) AND ($9 IS NULL OR day <= $9)
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY 3 DESC, SUM(total) DESC, 1
        LIMIT $10
        """;

    /// <summary>first and last time, session, agent, limit. Sums of quarter hours since 1970, the newest first.</summary>
    public const string Quarters =
        """
        SELECT session_key, agent_id, at_ms / 900000, provider, model,
            COUNT(*), SUM(input), SUM(output), SUM(cache_read), SUM(cache_write), SUM(total),
            SUM(cost_input), SUM(cost_output), SUM(cost_cache_read), SUM(cost_cache_write), SUM(cost_total), SUM(cpu_ms)
        FROM usage
        WHERE at_ms BETWEEN $1 AND $2 AND ($3 IS NULL OR session_key = $3) AND ($4 IS NULL OR agent_id = $4)
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY 3 DESC
        LIMIT $5
        """;
}

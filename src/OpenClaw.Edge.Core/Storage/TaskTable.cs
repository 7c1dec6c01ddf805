namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>tasks</c>. Parameters are listed in the order they are bound.</summary>
internal static class TaskTable
{
    /// <summary>All of <see cref="Columns"/>, in their order, and the agent.</summary>
    public const string Save =
        $"INSERT OR REPLACE INTO tasks ({Columns}, agent_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

    /// <summary>id.</summary>
    public const string Find = $"SELECT {Columns} FROM tasks WHERE id = $1";

    /// <summary>ids to leave out, joined; statuses, joined; agent; session; whether by end; limit. The newest first.</summary>
    public const string Page =
        $"""
        SELECT {Columns} FROM tasks
        WHERE instr($1, id) = 0 AND ($2 IS NULL OR instr($2, status) > 0) AND ($3 IS NULL OR agent_id = $3)
          AND ($4 IS NULL OR session_key = $4 OR child_key = $4)
        ORDER BY CASE WHEN $5 THEN COALESCE(ended_at, -1) ELSE updated_at END DESC, id LIMIT $6
        """;

    /// <summary>ids to leave out, joined. Status, runtime, number.</summary>
    public const string Count = "SELECT status, runtime, COUNT(*) FROM tasks WHERE instr($1, id) = 0 GROUP BY status, runtime";

    /// <summary>time, why. What a process that has ended left open.</summary>
    public const string Lose =
        "UPDATE tasks SET status = 'lost', updated_at = $1, ended_at = $1, error = $2 WHERE status IN ('queued', 'running')";

    /// <summary>Ended before, lost before, most of one job's, most of all. The ids of what went.</summary>
    public const string Trim =
        """
        DELETE FROM tasks WHERE ended_at IS NOT NULL AND (
          ended_at <= CASE status WHEN 'lost' THEN $2 ELSE $1 END
          OR id IN (SELECT id FROM (SELECT id, runtime, row_number() OVER (PARTITION BY session_key, runtime ORDER BY updated_at DESC) AS place
            FROM tasks WHERE ended_at IS NOT NULL) WHERE runtime = 'cron' AND place > $3)
          OR id IN (SELECT id FROM tasks ORDER BY updated_at DESC LIMIT -1 OFFSET $4))
        RETURNING id
        """;

    private const string Columns =
        "id, run_id, runtime, status, title, prompt, session_key, child_key, created_at, updated_at, started_at, ended_at, tool_uses, last_tool, result, error";
}

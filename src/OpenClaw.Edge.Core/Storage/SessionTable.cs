namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>sessions</c>. Parameters are listed in the order they are bound.</summary>
internal static class SessionTable
{
    /// <summary>What a row is read from, in this order.</summary>
    public const string Columns =
        """
        row_id, key, session_id, revision, window, message_count, created_at, updated_at, last_interaction_at, status, started_at, ended_at,
        last_run_id, aborted_last_run, input_tokens, output_tokens, total_tokens, context_tokens, cost_usd, compactions, archived, pinned,
        unread, model_provider, model, label, display_name, model_override, think_level, verbose_level, reasoning_level, queue_mode, title,
        preview, extra
        """;

    /// <summary>key.</summary>
    public const string Find = $"SELECT {Columns} FROM sessions WHERE key = $1";

    /// <summary>key, agent, session id, revision, now.</summary>
    public const string Insert =
        $"""
        INSERT INTO sessions (key, agent_id, session_id, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (key) DO NOTHING
        """;

    /// <summary>key, now, new rows, status, run, started, ended, aborted, provider, model, total tokens, context tokens, unread, interaction,
    /// input tokens, output tokens, cost, compactions, title, preview. Null keeps. What the gateway archived by itself a person's message brings
    /// back.</summary>
    public const string Append =
        $"""
        UPDATE sessions SET
            updated_at = $2,
            message_count = message_count + $3,
            status = COALESCE($4, status),
            last_run_id = COALESCE($5, last_run_id),
            started_at = COALESCE($6, started_at),
            ended_at = CASE WHEN $7 IS NOT NULL THEN $7 WHEN $6 IS NOT NULL THEN NULL ELSE ended_at END,
            aborted_last_run = COALESCE($8, aborted_last_run),
            model_provider = COALESCE($9, model_provider),
            model = COALESCE($10, model),
            total_tokens = COALESCE($11, total_tokens),
            context_tokens = COALESCE($12, context_tokens),
            unread = COALESCE($13, unread),
            last_interaction_at = CASE WHEN $14 THEN $2 ELSE last_interaction_at END,
            archived = CASE WHEN $14 AND archived AND extra LIKE '%"archiveReason"%' THEN 0 ELSE archived END,
            input_tokens = input_tokens + $15,
            output_tokens = output_tokens + $16,
            cost_usd = cost_usd + $17,
            compactions = compactions + $18,
            title = COALESCE(title, $19),
            preview = COALESCE($20, preview)
        WHERE key = $1
        RETURNING {Columns}
        """;

    /// <summary>key, now, label, display name, model override, think, verbose, reasoning, queue mode, archived, pinned, unread, extra.</summary>
    public const string Patch =
        $"""
        UPDATE sessions SET
            updated_at = $2, label = $3, display_name = $4, model_override = $5, think_level = $6, verbose_level = $7, reasoning_level = $8,
            queue_mode = $9, archived = $10, pinned = $11, unread = $12, extra = $13
        WHERE key = $1
        RETURNING {Columns}
        """;

    /// <summary>key, created, updated, last interaction. Null keeps.</summary>
    public const string SetTimes =
        $"""
        UPDATE sessions SET created_at = COALESCE($2, created_at), updated_at = COALESCE($3, updated_at),
            last_interaction_at = COALESCE($4, last_interaction_at)
        WHERE key = $1
        RETURNING {Columns}
        """;

    /// <summary>mark. key, session, messages: rows whose <c>extra</c> does not hold the mark.</summary>
    public const string Unmarked = "SELECT key, session_id, message_count FROM sessions WHERE extra IS NULL OR extra NOT LIKE $1 LIMIT 1000000";

    /// <summary>key, extra.</summary>
    public const string SetExtra = $"UPDATE sessions SET extra = $2 WHERE key = $1 RETURNING {Columns}";

    /// <summary>limit. Rows that name a session they were made beside.</summary>
    public const string WithParent = $"SELECT {Columns} FROM sessions WHERE extra LIKE '%\"parentSessionKey\"%' ORDER BY row_id LIMIT $1";

    /// <summary>key, now, revision. The new window holds its marker, which the caller inserts.</summary>
    public const string Reset =
        $"""
        UPDATE sessions SET
            updated_at = $2, revision = $3, window = {BranchTable.FreeWindow}, message_count = 1, status = NULL, started_at = NULL, ended_at = NULL,
            aborted_last_run = 0, input_tokens = 0, output_tokens = 0, total_tokens = NULL, cost_usd = 0, compactions = 0, title = NULL,
            preview = NULL, extra = json_remove(extra, '$.previousSessionId')
        WHERE key = $1
        RETURNING {Columns}
        """;

    /// <summary>agent or null.</summary>
    public const string CountMessages = "SELECT SUM(message_count) FROM sessions WHERE $1 IS NULL OR agent_id = $1";

    /// <summary>key.</summary>
    public const string Delete = "DELETE FROM sessions WHERE key = $1";

    /// <summary>Part of a deletion, so that the file shrinks with it. To be run to its last row.</summary>
    public const string GiveBackPages = DatabaseFile.GiveBackPages;

    /// <summary>now. Rows whose run the process did not end: 1 is queued, 2 running, 5 killed.</summary>
    public const string KillActive =
        "UPDATE sessions SET status = 5, aborted_last_run = 1, ended_at = $1, updated_at = $1 WHERE status IN (1, 2)";

    /// <summary>LIKE pattern of members without a column, limit: sub-agents' sessions that have them, oldest first.</summary>
    public const string ListOpenWork =
        $"SELECT {Columns} FROM sessions WHERE key LIKE 'agent:%:subagent:%' AND extra LIKE $1 ORDER BY created_at, row_id LIMIT $2";

    /// <summary>Filter: agent, LIKE pattern, label, session id, changed since, active only, archived.</summary>
    public const string Count = $"SELECT COUNT(*) FROM sessions WHERE {Filter}";

    /// <summary>Filter, limit, offset.</summary>
    public const string ListByUpdate = $"SELECT {Columns} FROM sessions WHERE {Filter} ORDER BY updated_at DESC, row_id DESC LIMIT $8 OFFSET $9";

    /// <summary>Filter, limit, offset.</summary>
    public const string ListByInteraction =
        $"SELECT {Columns} FROM sessions WHERE {Filter} ORDER BY COALESCE(last_interaction_at, 0) DESC, updated_at DESC, row_id DESC LIMIT $8 OFFSET $9";

    /// <summary>Filter, limit, offset.</summary>
    public const string ListByActivity =
        $"""
        SELECT {Columns} FROM sessions WHERE {Filter}
        ORDER BY MAX(COALESCE(last_interaction_at, created_at), COALESCE(ended_at, started_at, 0)) DESC, row_id DESC LIMIT $8 OFFSET $9
        """;

    private const string Filter =
        """
        ($1 IS NULL OR agent_id = $1)
        AND ($2 IS NULL OR key LIKE $2 ESCAPE '\' OR session_id LIKE $2 ESCAPE '\' OR label LIKE $2 ESCAPE '\'
            OR display_name LIKE $2 ESCAPE '\' OR title LIKE $2 ESCAPE '\')
        AND ($3 IS NULL OR label = $3)
        AND ($4 IS NULL OR session_id = $4)
        AND ($5 IS NULL OR updated_at >= $5)
        AND ($6 = 0 OR status IN (1, 2))
        AND ($7 IS NULL OR archived = $7)
        """;
}

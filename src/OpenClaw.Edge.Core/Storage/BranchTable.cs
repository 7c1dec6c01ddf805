namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>transcript_branches</c>, and of moving a session between windows. Parameters are listed in the order they
/// are bound.</summary>
internal static class BranchTable
{
    /// <summary>The number of a window that was never there, in an UPDATE or SELECT of <c>sessions</c>.</summary>
    public const string FreeWindow =
        """
        1 + MAX(sessions.window,
            COALESCE((SELECT MAX(e.window) FROM transcript_entries e WHERE e.session_row = sessions.row_id), 0),
            COALESCE((SELECT MAX(b.window) FROM transcript_branches b WHERE b.session_row = sessions.row_id), 0))
        """;

    /// <summary>session row.</summary>
    public const string NextWindow = $"SELECT {FreeWindow} FROM sessions WHERE row_id = $1";

    /// <summary>session row, window, root, origin, rows shared with it.</summary>
    public const string Insert = "INSERT INTO transcript_branches (session_row, window, root, origin, shared) VALUES ($1, $2, $3, $4, $5)";

    /// <summary>session row, window.</summary>
    public const string Delete = "DELETE FROM transcript_branches WHERE session_row = $1 AND window = $2";

    /// <summary>session row, limit. Window, root, origin, shared; all of the session.</summary>
    public const string OfSession =
        "SELECT window, root, origin, shared FROM transcript_branches WHERE session_row = $1 ORDER BY window LIMIT $2";

    /// <summary>session row, limit. Windows that have rows, the youngest first; looks once into the index for each.</summary>
    public const string Windows =
        """
        WITH RECURSIVE w(n) AS (
            SELECT MAX(window) FROM transcript_entries WHERE session_row = $1
            UNION ALL
            SELECT (SELECT MAX(e.window) FROM transcript_entries e WHERE e.session_row = $1 AND e.window < w.n) FROM w WHERE w.n IS NOT NULL)
        SELECT n FROM w WHERE n IS NOT NULL LIMIT $2
        """;

    /// <summary>session row and window to fill, session row and window to copy, seq of the first row that is not copied.</summary>
    public const string CopyRows =
        """
        INSERT INTO transcript_entries (session_row, window, seq, kind, at_ms, chars, id, role, run_id, idempotency_key, reason, message)
        SELECT $1, $2, seq, kind, at_ms, chars, id, role, run_id, NULL, reason, message FROM transcript_entries
        WHERE session_row = $3 AND window = $4 AND seq < $5 ORDER BY seq
        """;

    /// <summary>session row, window. Only for copies: the rows are in the window they were copied from too.</summary>
    public const string DeleteCopies = "DELETE FROM transcript_entries WHERE session_row = $1 AND window = $2";

    /// <summary>session row, window.</summary>
    public const string LastSeq = "SELECT MAX(seq) FROM transcript_entries WHERE session_row = $1 AND window = $2";

    /// <summary>session row, window, kind.</summary>
    public const string CountKind = "SELECT COUNT(*) FROM transcript_entries WHERE session_row = $1 AND window = $2 AND kind = $3";

    /// <summary>session row, window, limit. What people and models said, oldest first.</summary>
    public const string FirstSaid = $"SELECT {TranscriptTable.Columns} FROM transcript_entries WHERE {Said} ORDER BY seq LIMIT $3";

    /// <summary>session row, window, limit. The same, newest first.</summary>
    public const string LastSaid = $"SELECT {TranscriptTable.Columns} FROM transcript_entries WHERE {Said} ORDER BY seq DESC LIMIT $3";

    /// <summary>session row, entry id: the youngest window that has it.</summary>
    public const string Anywhere = "SELECT window FROM transcript_entries WHERE session_row = $1 AND id = $2 ORDER BY window DESC LIMIT 1";

    /// <summary>session row, entry id, first window of the family: windows that have it, its place there, the last place there; those of the
    /// family first.</summary>
    public const string Places =
        """
        SELECT window, seq, (SELECT MAX(x.seq) FROM transcript_entries x WHERE x.session_row = e.session_row AND x.window = e.window)
        FROM transcript_entries e WHERE session_row = $1 AND id = $2 ORDER BY window < $3, window
        """;

    /// <summary>session row.</summary>
    public const string PendingInputs = "SELECT COUNT(*) FROM pending_inputs WHERE session_row = $1";

    /// <summary>key, now, revision, session id, window, rows, compactions, title, preview, extra. What the last turn said of itself is forgotten.</summary>
    public const string MoveTo =
        $"""
        UPDATE sessions SET
            updated_at = $2, revision = $3, session_id = $4, window = $5, message_count = $6, compactions = $7, title = $8, preview = $9,
            extra = $10,
            status = NULL, started_at = NULL, ended_at = NULL, last_run_id = NULL, aborted_last_run = 0, input_tokens = 0, output_tokens = 0,
            total_tokens = NULL, context_tokens = NULL, cost_usd = 0
        WHERE key = $1
        RETURNING {SessionTable.Columns}
        """;

    private const string Said = "session_row = $1 AND window = $2 AND kind = 1 AND role IN ('user', 'assistant')";
}

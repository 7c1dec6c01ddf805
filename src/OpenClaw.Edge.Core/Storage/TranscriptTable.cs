namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>transcript_entries</c>. Parameters are listed in the order they are bound.</summary>
internal static class TranscriptTable
{
    /// <summary>What an entry is read from, in this order; the message last.</summary>
    public const string Columns = "seq, kind, id, run_id, reason, chars, window, message";

    /// <summary>session row, window, seq, kind, time, chars, id, role, run, idempotency key, reason, message.</summary>
    public const string Insert =
        """
        INSERT INTO transcript_entries (session_row, window, seq, kind, at_ms, chars, id, role, run_id, idempotency_key, reason, message)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    /// <summary>session key. Rows of all its windows.</summary>
    public const string CountOf =
        """
        SELECT COUNT(*) FROM transcript_entries e
        LEFT JOIN transcript_branches b ON b.session_row = e.session_row AND b.window = e.window
        WHERE e.session_row = (SELECT row_id FROM sessions WHERE key = $1) AND e.seq > COALESCE(b.shared, 0)
        """;

    /// <summary>session row, window. When the first row was written.</summary>
    public const string StartOf = "SELECT at_ms FROM transcript_entries WHERE session_row = $1 AND window = $2 ORDER BY seq LIMIT 1";

    /// <summary>session key, idempotency key.</summary>
    public const string FindByIdempotencyKey =
        $"""
        SELECT {Columns} FROM transcript_entries
        WHERE session_row = (SELECT row_id FROM sessions WHERE key = $1) AND idempotency_key = $2
        """;

    /// <summary>session row, window, entry id.</summary>
    public const string FindById = $"SELECT {Columns} FROM transcript_entries WHERE session_row = $1 AND window = $2 AND id = $3";

    /// <summary>session row, window, first seq that is too new, limit.</summary>
    public const string Newest =
        $"SELECT {Columns} FROM transcript_entries WHERE session_row = $1 AND window = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4";

    /// <summary>session row, window, seq that it must come after. What models said; what others sent, pictures too, is not read.</summary>
    public const string NewestAnswers =
        """
        SELECT message FROM transcript_entries WHERE session_row = $1 AND window = $2 AND seq > $3 AND role = 'assistant'
        ORDER BY seq DESC
        """;

    /// <summary>session row, window, seq of the last row that is known. The reader stops when it has enough.</summary>
    public const string NewestAfter =
        $"SELECT {Columns} FROM transcript_entries WHERE session_row = $1 AND window = $2 AND seq > $3 ORDER BY seq DESC";

    /// <summary>session row, window, seq that it must come after. 3 is a compaction.</summary>
    public const string LastSummary =
        $"""
        SELECT {Columns} FROM transcript_entries WHERE session_row = $1 AND window = $2 AND seq > $3 AND kind = 3
        ORDER BY seq DESC LIMIT 1
        """;

    /// <summary>session row, window, entry id, run or null, reason or null. Null keeps.</summary>
    public const string Assign =
        """
        UPDATE transcript_entries SET run_id = COALESCE($4, run_id), reason = COALESCE($5, reason)
        WHERE session_row = $1 AND window = $2 AND id = $3
        """;

    /// <summary>session row, window and seq of the last row that was read, limit.</summary>
    public const string After =
        $"SELECT {Columns} FROM transcript_entries WHERE session_row = $1 AND (window, seq) > ($2, $3) ORDER BY window, seq LIMIT $4";

    /// <summary>pattern of the message's text, agent or null, limit. What people and models said, of all sessions, newest first; what a
    /// branch repeats of another is told once.</summary>
    public const string Search =
        """
        SELECT e.seq, e.kind, e.id, e.run_id, e.reason, e.chars, e.window, e.message, s.key, e.at_ms FROM transcript_entries e
        JOIN sessions s ON s.row_id = e.session_row
        WHERE e.role IN ('user', 'assistant') AND e.message LIKE $1 ESCAPE '\' AND ($2 IS NULL OR s.agent_id = $2)
            AND NOT EXISTS (SELECT 1 FROM transcript_branches b
                WHERE b.session_row = e.session_row AND b.window = e.window AND e.seq <= b.shared)
        ORDER BY e.row_id DESC LIMIT $3
        """;

    /// <summary>first and last time, session or null, agent or null, limit. Messages of all windows, those before a reset too; what a branch
    /// repeats of another is told once. 1 is a message.</summary>
    public const string Counted =
        """
        SELECT s.key, s.agent_id, e.at_ms, e.role, CASE WHEN e.role = 'user' THEN '' ELSE e.message END FROM transcript_entries e
        JOIN sessions s ON s.row_id = e.session_row
        WHERE e.kind = 1 AND e.at_ms BETWEEN $1 AND $2 AND ($3 IS NULL OR s.key = $3) AND ($4 IS NULL OR s.agent_id = $4)
            AND NOT EXISTS (SELECT 1 FROM transcript_branches b
                WHERE b.session_row = e.session_row AND b.window = e.window AND e.seq <= b.shared)
        ORDER BY e.session_row, e.row_id LIMIT $5
        """;

    /// <summary>session row, limit. Messages of all windows, those before a reset too, the newest first; what a branch repeats is told once.</summary>
    public const string AllWindows =
        """
        SELECT e.seq, e.kind, e.id, e.run_id, e.reason, e.chars, e.window, e.message FROM transcript_entries e
        WHERE e.session_row = $1 AND e.kind = 1
            AND NOT EXISTS (SELECT 1 FROM transcript_branches b
                WHERE b.session_row = e.session_row AND b.window = e.window AND e.seq <= b.shared)
        ORDER BY e.row_id DESC LIMIT $2
        """;
}

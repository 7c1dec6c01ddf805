namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>pending_inputs</c>. Parameters are listed in the order they are bound.</summary>
internal static class PendingInputTable
{
    /// <summary>session row, run, source, time, id and message of an entry that waits for its place.</summary>
    public const string Insert =
        """
        INSERT INTO pending_inputs (session_row, run_id, source, accepted_at, entry_id, message) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>session row, run: its entry has its place.</summary>
    public const string Place = "UPDATE pending_inputs SET entry_id = NULL, message = NULL WHERE session_row = $1 AND run_id = $2";

    /// <summary>session row, run. One whose entry has no place yet stays: the next start gives it one.</summary>
    public const string Delete = "DELETE FROM pending_inputs WHERE session_row = $1 AND run_id = $2 AND message IS NULL";

    /// <summary>All of them.</summary>
    public const string Clear = "DELETE FROM pending_inputs";

    /// <summary>limit. Key, run, source, time, id and message of an entry; oldest first.</summary>
    public const string All =
        """
        SELECT s.key, p.run_id, p.source, p.accepted_at, p.entry_id, p.message FROM pending_inputs p JOIN sessions s ON s.row_id = p.session_row
        ORDER BY p.accepted_at, p.run_id LIMIT $1
        """;
}

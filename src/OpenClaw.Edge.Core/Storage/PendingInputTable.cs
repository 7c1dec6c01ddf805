namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>pending_inputs</c>. Parameters are listed in the order they are bound.</summary>
internal static class PendingInputTable
{
    /// <summary>session row, run, source, time.</summary>
    public const string Insert =
        "INSERT INTO pending_inputs (session_row, run_id, source, accepted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

    /// <summary>session row, run.</summary>
    public const string Delete = "DELETE FROM pending_inputs WHERE session_row = $1 AND run_id = $2";

    /// <summary>All of them.</summary>
    public const string Clear = "DELETE FROM pending_inputs";

    /// <summary>limit. Key, run, source, time; oldest first.</summary>
    public const string All =
        """
        SELECT s.key, p.run_id, p.source, p.accepted_at FROM pending_inputs p JOIN sessions s ON s.row_id = p.session_row
        ORDER BY p.accepted_at, p.run_id LIMIT $1
        """;
}

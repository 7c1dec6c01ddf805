namespace OpenClaw.Edge.Storage;

/// <summary>SQL of looking after old sessions and old transcripts. Parameters are listed in the order they are bound.</summary>
internal static class UpkeepTable
{
    /// <summary>changed before, changed and row that it must come after, limit. Sessions that nothing holds, the one that was used longest
    /// ago first; 1 and 2 are queued and running.</summary>
    public const string Idle =
        $"""
        SELECT {SessionTable.Columns} FROM sessions
        WHERE archived = 0 AND pinned = 0 AND COALESCE(status, 0) NOT IN (1, 2) AND updated_at < $1 AND (updated_at, row_id) > ($2, $3)
        ORDER BY updated_at, row_id LIMIT $4
        """;

    /// <summary>Sessions that are not archived.</summary>
    public const string CountLive = "SELECT COUNT(*) FROM sessions WHERE archived = 0";

    /// <summary>LIKE pattern of the extra members, limit. Archived sessions that have them, the one that was used longest ago first.</summary>
    public const string Archived =
        $"SELECT {SessionTable.Columns} FROM sessions WHERE archived = 1 AND pinned = 0 AND extra LIKE $1 ORDER BY updated_at, row_id LIMIT $2";

    /// <summary>key, when it was changed last as it was seen. Nothing is deleted when it has been used since.</summary>
    public const string DeleteIdle =
        "DELETE FROM sessions WHERE key = $1 AND updated_at = $2 AND COALESCE(status, 0) NOT IN (1, 2)";

    /// <summary>last row before, limit. Session row, window and key of transcripts before a reset that no branch has a part of, oldest first.</summary>
    public const string OldWindows =
        """
        SELECT e.session_row, e.window, s.key FROM sessions s JOIN transcript_entries e ON e.session_row = s.row_id
        WHERE s.window > 0 AND e.window <> s.window AND e.at_ms < $1
            AND e.seq = (SELECT MAX(l.seq) FROM transcript_entries l WHERE l.session_row = e.session_row AND l.window = e.window)
            AND NOT EXISTS (SELECT 1 FROM transcript_branches b
                WHERE b.session_row = e.session_row AND (b.window = e.window OR b.origin = e.window OR b.root = e.window))
        ORDER BY e.at_ms LIMIT $2
        """;

    /// <summary>session row, window. The window that the session is in stays.</summary>
    public const string DeleteWindow =
        """
        DELETE FROM transcript_entries WHERE session_row = $1 AND window = $2
            AND window <> (SELECT s.window FROM sessions s WHERE s.row_id = $1)
        """;

    /// <summary>Bytes of the pages that hold something.</summary>
    public const string UsedBytes =
        "SELECT (p.page_count - f.freelist_count) * z.page_size FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() z";
}

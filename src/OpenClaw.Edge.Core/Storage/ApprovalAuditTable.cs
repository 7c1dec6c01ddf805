namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>approval_audit</c>, which only grows: triggers refuse to change a row, and to remove one of the
/// newest 100,000. Parameters are listed in the order they are bound.</summary>
internal static class ApprovalAuditTable
{
    /// <summary>time, kind, approval, agent, session, host, directory, command, decision, reason, who.</summary>
    public const string Append =
        "INSERT INTO approval_audit (at_ms, kind, approval_id, agent_id, session_key, host, cwd, command, decision, reason, decided_by) "
        + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    /// <summary>Newest row first: older than this row, limit.</summary>
    public const string Page =
        "SELECT id, at_ms, kind, approval_id, agent_id, session_key, host, cwd, command, decision, reason, decided_by "
        + "FROM approval_audit WHERE id < $1 ORDER BY id DESC LIMIT $2";

    /// <summary>Removes what is older than the newest 100,000 rows.</summary>
    public const string Trim =
        "DELETE FROM approval_audit WHERE id <= (SELECT MAX(id) FROM approval_audit) - 100000";
}

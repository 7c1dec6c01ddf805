-- Decisions on commands. Append-only: rows never change, and only rows older than the newest 100,000 may go.
CREATE TABLE approval_audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    approval_id TEXT,
    agent_id TEXT,
    session_key TEXT,
    host TEXT,
    cwd TEXT,
    command TEXT NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_by TEXT
);

CREATE TRIGGER approval_audit_no_update BEFORE UPDATE ON approval_audit
BEGIN
    SELECT RAISE(ABORT, 'approval_audit is append-only');
END;

CREATE TRIGGER approval_audit_no_delete BEFORE DELETE ON approval_audit
WHEN OLD.id > (SELECT MAX(id) FROM approval_audit) - 100000
BEGIN
    SELECT RAISE(ABORT, 'approval_audit is append-only');
END;

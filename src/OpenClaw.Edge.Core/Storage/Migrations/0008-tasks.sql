-- Work beside conversations. What was said there lies in the sessions.
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    runtime TEXT NOT NULL,
    status TEXT NOT NULL,
    title TEXT NOT NULL,
    prompt TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    session_key TEXT NOT NULL,
    child_key TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    tool_uses INTEGER NOT NULL,
    last_tool TEXT,
    result TEXT,
    error TEXT
) WITHOUT ROWID;
CREATE INDEX tasks_by_time ON tasks (updated_at);

-- Times are epoch milliseconds. Small columns first: a scan then never reads the pages of long ones.
CREATE TABLE sessions (
    row_id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    agent_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    window INTEGER NOT NULL DEFAULT 0,
    message_count INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_interaction_at INTEGER,
    status INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    last_run_id TEXT,
    aborted_last_run INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    total_tokens INTEGER,
    context_tokens INTEGER,
    cost_usd REAL NOT NULL DEFAULT 0,
    compactions INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    model_provider TEXT,
    model TEXT,
    label TEXT,
    display_name TEXT,
    model_override TEXT,
    think_level TEXT,
    verbose_level TEXT,
    reasoning_level TEXT,
    queue_mode TEXT,
    title TEXT,
    preview TEXT,
    extra TEXT
);

-- A reset starts a new window; seq counts from 1 in each and has no gaps.
CREATE TABLE transcript_entries (
    row_id INTEGER PRIMARY KEY,
    session_row INTEGER NOT NULL REFERENCES sessions (row_id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    chars INTEGER NOT NULL,
    id TEXT NOT NULL,
    role TEXT NOT NULL,
    run_id TEXT,
    idempotency_key TEXT,
    reason TEXT,
    message TEXT NOT NULL
);

CREATE UNIQUE INDEX transcript_entries_place ON transcript_entries (session_row, window, seq);

CREATE UNIQUE INDEX transcript_entries_idempotency ON transcript_entries (session_row, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- Accepted user inputs whose turn has not ended.
CREATE TABLE pending_inputs (
    session_row INTEGER NOT NULL REFERENCES sessions (row_id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    source TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    PRIMARY KEY (session_row, run_id)
) WITHOUT ROWID;

-- Outlives its session, so that the month's bill stays true.
CREATE TABLE usage (
    row_id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    session_key TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    total INTEGER NOT NULL,
    cost_input REAL NOT NULL,
    cost_output REAL NOT NULL,
    cost_cache_read REAL NOT NULL,
    cost_cache_write REAL NOT NULL,
    cost_total REAL NOT NULL,
    cpu_ms REAL NOT NULL
);

CREATE INDEX usage_day ON usage (day);

-- Answers to requests that must not run twice.
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    response TEXT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;

CREATE INDEX idempotency_age ON idempotency (at_ms);

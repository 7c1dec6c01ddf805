-- Private notes of jobs. A row that was cleared stays without its text: its revision goes on.
CREATE TABLE cron_scratch (
    job_id TEXT PRIMARY KEY,
    content TEXT,
    revision INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

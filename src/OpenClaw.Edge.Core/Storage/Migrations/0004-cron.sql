-- Jobs of the scheduler and what became of their runs, each as the JSON that clients get.
CREATE TABLE cron_jobs (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE cron_runs (
    seq INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    status TEXT NOT NULL,
    entry TEXT NOT NULL
);

CREATE INDEX cron_runs_by_job ON cron_runs (job_id, seq);

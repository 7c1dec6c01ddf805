namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the tables <c>cron_jobs</c> and <c>cron_runs</c>. Parameters are listed in the order they are bound.</summary>
internal static class CronTable
{
    /// <summary>jobs at most.</summary>
    public const string All = "SELECT job FROM cron_jobs ORDER BY id LIMIT $1";

    /// <summary>ids at most.</summary>
    public const string Ids = "SELECT id FROM cron_jobs LIMIT $1";

    /// <summary>id, JSON.</summary>
    public const string Save = "INSERT INTO cron_jobs (id, job) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET job = $2";

    /// <summary>id.</summary>
    public const string Delete = "DELETE FROM cron_jobs WHERE id = $1";

    /// <summary>job, time, status, JSON.</summary>
    public const string AddRun = "INSERT INTO cron_runs (job_id, at_ms, status, entry) VALUES ($1, $2, $3, $4)";

    /// <summary>older than, rows at most.</summary>
    public const string PruneOld =
        "DELETE FROM cron_runs WHERE seq IN (SELECT seq FROM cron_runs WHERE at_ms < $1 ORDER BY seq LIMIT $2)";

    /// <summary>job, rows that stay.</summary>
    public const string PruneMany =
        "DELETE FROM cron_runs WHERE job_id = $1 AND seq <= (SELECT seq FROM cron_runs WHERE job_id = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2)";

    /// <summary>job or empty, states joined by commas or empty, a text that stands in the entry or empty. Newest first.</summary>
    public const string Runs = "SELECT entry FROM cron_runs WHERE ($1 = '' OR job_id = $1) AND ($2 = '' OR instr($2, status) > 0) AND ($3 = '' OR instr(entry, $3) > 0) ORDER BY seq DESC";

    /// <summary>The same, oldest first.</summary>
    public const string RunsUpwards = "SELECT entry FROM cron_runs WHERE ($1 = '' OR job_id = $1) AND ($2 = '' OR instr($2, status) > 0) AND ($3 = '' OR instr(entry, $3) > 0) ORDER BY seq";

    /// <summary>job. What is kept for it, and whether it is there.</summary>
    public const string Scratch =
        "SELECT s.content, s.revision, s.updated_at_ms, j.id FROM (SELECT 1) LEFT JOIN cron_scratch s ON s.job_id = $1 LEFT JOIN cron_jobs j ON j.id = $1";

    /// <summary>job, text or null, revision, time.</summary>
    public const string SaveScratch = "INSERT OR REPLACE INTO cron_scratch (job_id, content, revision, updated_at_ms) VALUES ($1, $2, $3, $4)";

    /// <summary>job.</summary>
    public const string DeleteScratch = "DELETE FROM cron_scratch WHERE job_id = $1";
}

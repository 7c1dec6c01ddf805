namespace OpenClaw.Edge.Automation;

/// <summary>There is no job with that id.</summary>
public sealed class CronJobNotFoundException(string jobId) : Exception($"Automation not found: {jobId}. Run openclaw cron list --all for the ids.")
{
    /// <summary>The id.</summary>
    public string JobId { get; } = jobId;
}

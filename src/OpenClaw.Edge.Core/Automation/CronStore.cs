using System.Text.Json;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Automation;

/// <summary>Jobs and the log of their runs in the database. Thread-safe.</summary>
public sealed class CronStore(EdgeDatabase database, TimeProvider time)
{
    /// <summary>Jobs at most.</summary>
    public const int MaxJobs = 1000;

    private const int MaxRunsPerJob = 2000;
    private const int PrunedPerRun = 8;
    private static readonly TimeSpan s_runsKept = TimeSpan.FromDays(7);

    /// <summary>Every job. Throws <see cref="StorageException"/>.</summary>
    public IReadOnlyList<CronJob> Load() => database.Read(connection =>
        connection.All(CronTable.All, row => JsonSerializer.Deserialize(row.GetString(0), CronJson.Default.CronJob)!, MaxJobs));

    /// <summary>Writes a job, new or changed.</summary>
    public Task SaveAsync(CronJob job, CancellationToken cancellationToken) => database.WriteAsync(
        connection => Save(connection, job), cancellationToken);

    /// <summary>Takes a job out. Its runs stay in the log.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection => { connection.Execute(CronTable.Delete, id); }, cancellationToken);

    /// <summary>Writes the end of a run and what became of its job (null: it is gone) in one transaction.</summary>
    public Task FinishAsync(CronRunEntry entry, CronJob? job, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(
                CronTable.AddRun, entry.JobId, entry.Ts, entry.Status, JsonSerializer.Serialize(entry, CronJson.Default.CronRunEntry));
            connection.Execute(CronTable.PruneOld, (time.GetUtcNow() - s_runsKept).ToUnixTimeMilliseconds(), PrunedPerRun);
            connection.Execute(CronTable.PruneMany, entry.JobId, MaxRunsPerJob);
            if (job is null)
            {
                connection.Execute(CronTable.Delete, entry.JobId);
            }
            else
            {
                Save(connection, job);
            }
        },
        cancellationToken);

    /// <summary>A page of the log, newest first, and how many there are in all.</summary>
    public (IReadOnlyList<CronRunEntry> Entries, long Total) Runs(string? jobId, string? status, int limit, int offset) =>
        database.Read(connection => (
            connection.All(
                CronTable.Runs, row => JsonSerializer.Deserialize(row.GetString(0), CronJson.Default.CronRunEntry)!,
                jobId ?? "", status ?? "", limit, offset),
            connection.Number(CronTable.CountRuns, jobId ?? "", status ?? "")));

    /// <summary>A job as it is kept, for comparing.</summary>
    internal static string TextOf(CronJob job) => JsonSerializer.Serialize(job with { UpdatedAtMs = 0 }, CronJson.Default.CronJob);

    private static void Save(EdgeConnection connection, CronJob job) =>
        connection.Execute(CronTable.Save, job.Id, JsonSerializer.Serialize(job, CronJson.Default.CronJob));
}

using System.Data.Common;
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

    /// <summary>Writes a job that comes with notes (null: without) in one transaction.</summary>
    public Task SaveAsync(CronJob job, string? notes, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            Save(connection, job);
            if (notes is not null)
            {
                connection.Execute(CronTable.SaveScratch, job.Id, notes, 1L, time.GetUtcNow().ToUnixTimeMilliseconds());
            }
        },
        cancellationToken);

    /// <summary>Takes a job out. Its runs stay in the log.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(connection => Delete(connection, id), cancellationToken);

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
                Delete(connection, entry.JobId);
            }
            else
            {
                Save(connection, job);
            }
        },
        cancellationToken);

    /// <summary>A page of the log, and how many entries there are in all.</summary>
    /// <param name="jobId">Only of this job.</param>
    /// <param name="states">Only those that ended so, joined by commas.</param>
    /// <param name="limit">Entries at most.</param>
    /// <param name="offset">Entries to leave out first.</param>
    /// <param name="upwards">Oldest first, not newest.</param>
    /// <param name="wanted">Only those; looked at while the database is read.</param>
    /// <param name="part">Only those with this text in them, as it stands in JSON: it spares looking at the others.</param>
    public (IReadOnlyList<CronRunEntry> Entries, long Total) Runs(
        string? jobId, string? states, int limit, int offset, bool upwards = false, Func<CronRunEntry, bool>? wanted = null, string? part = null)
    {
        List<CronRunEntry> page = [];
        long total = 0;
        database.Read(connection =>
        {
            connection.Each(
                upwards ? CronTable.RunsUpwards : CronTable.Runs,
                row =>
                {
                    bool shown = total >= offset && page.Count < limit;
                    if ((shown || wanted is not null)
                        && JsonSerializer.Deserialize(row.GetString(0), CronJson.Default.CronRunEntry) is { } entry)
                    {
                        if (wanted?.Invoke(entry) == false)
                        {
                            return true;
                        }

                        if (shown)
                        {
                            page.Add(entry);
                        }
                    }

                    total++;
                    return true;
                },
                jobId ?? "", states ?? "", part ?? "");
            return page;
        });
        return (page, total);
    }

    /// <summary>The notes of a job, and whether it is there.</summary>
    public CronScratch Scratch(string id) => database.Read(connection => connection.First(CronTable.Scratch, ReadScratch, id)!);

    /// <summary>Writes the notes of a job, or clears them (null).</summary>
    /// <param name="id">Job.</param>
    /// <param name="content">Text.</param>
    /// <param name="expected">Revision that they must have; null for any.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>What is there now, and whether this was written: not when the revision is another, or the job gone.</returns>
    public async Task<(CronScratch Now, bool IsWritten)> WriteScratchAsync(string id, string? content, long? expected, CancellationToken cancellationToken)
    {
        (CronScratch Now, bool IsWritten) answer = default;
        await database.WriteAsync(
            connection =>
            {
                CronScratch now = connection.First(CronTable.Scratch, ReadScratch, id)!;
                if (!now.HasJob || (expected is { } revision && revision != now.Revision))
                {
                    answer = (now, false);
                    return;
                }

                if (content is not null || now.Revision > 0)
                {
                    now = new CronScratch(content, now.Revision + 1, time.GetUtcNow().ToUnixTimeMilliseconds(), true);
                    connection.Execute(CronTable.SaveScratch, id, content, now.Revision, now.UpdatedAtMs);
                }

                answer = (now, true);
            },
            cancellationToken);
        return answer;
    }

    /// <summary>A job as it is kept, for comparing.</summary>
    internal static string TextOf(CronJob job) => JsonSerializer.Serialize(job with { UpdatedAtMs = 0 }, CronJson.Default.CronJob);

    private static void Save(EdgeConnection connection, CronJob job) =>
        connection.Execute(CronTable.Save, job.Id, JsonSerializer.Serialize(job, CronJson.Default.CronJob));

    private static void Delete(EdgeConnection connection, string id)
    {
        connection.Execute(CronTable.Delete, id);
        connection.Execute(CronTable.DeleteScratch, id);
    }

    private static CronScratch ReadScratch(DbDataReader row) => new(
        row.IsDBNull(0) ? null : row.GetString(0), row.IsDBNull(1) ? 0 : row.GetInt64(1), row.IsDBNull(2) ? 0 : row.GetInt64(2), !row.IsDBNull(3));
}

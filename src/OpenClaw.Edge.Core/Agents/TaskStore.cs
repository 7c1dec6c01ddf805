using System.Data.Common;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Agents;

/// <summary>Tasks on disk: a week of those that ended, a day of those that were lost, the last 2,000 of each job's session (the original's
/// bounds), 10,000 at most. Thread-safe; throws <see cref="StorageException"/>.</summary>
public sealed class TaskStore(EdgeDatabase database, TimeProvider time)
{
    private const long DayMs = 86_400_000;
    private const int MaxPerJob = 2_000;
    private const int MaxTasks = 10_000;

    /// <summary>Keeps a task as it is now. Writes of one task keep their order.</summary>
    public Task SaveAsync(TaskEntry task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return database.WriteAsync(
            connection =>
            {
                connection.Execute(
                    TaskTable.Save, task.Id, task.RunId, task.Runtime, task.Status, task.Title, task.Prompt, task.Session.Text, task.Child?.Text,
                    task.CreatedAtMs, task.UpdatedAtMs, task.StartedAtMs, task.EndedAtMs, task.ToolUses, task.LastTool, task.Result, task.Error,
                    task.Session.AgentId);
            },
            cancellationToken);
    }

    /// <summary>Finds one.</summary>
    public TaskEntry? Find(string id) => database.Read(connection => connection.First(TaskTable.Find, Read, id));

    /// <summary>The first of those that fit, the newest first.</summary>
    /// <param name="except">Ids to leave out, joined.</param>
    /// <param name="statuses">Statuses, joined; null is any.</param>
    /// <param name="agentId">The agent that hears of it; null is any.</param>
    /// <param name="session">The session that hears of it or that it runs in; null is any.</param>
    /// <param name="byEnd">Ordered by their ends, else by their last change.</param>
    /// <param name="count">Most of them.</param>
    public IReadOnlyList<TaskEntry> Page(string except, string? statuses, string? agentId, SessionKey? session, bool byEnd, long count) =>
        database.Read(connection => connection.All(TaskTable.Page, Read, except, statuses, agentId, session?.Text, byEnd ? 1 : 0, count));

    /// <summary>Tells how many there are of each status and runtime.</summary>
    /// <param name="except">Ids to leave out, joined.</param>
    /// <param name="tell">Given status, runtime, number.</param>
    public void Count(string except, Action<string, string, int> tell) => database.Read(connection =>
    {
        connection.Each(
            TaskTable.Count,
            row =>
            {
                tell(row.GetString(0), row.GetString(1), row.GetInt32(2));
                return true;
            },
            except);
        return true;
    });

    /// <summary>Ends what the last process left open. To be called once, before anything runs.</summary>
    public Task RecoverAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(TaskTable.Lose, NowMs, "the gateway ended while it ran");
        },
        cancellationToken);

    /// <summary>Forgets what is too old or too much.</summary>
    /// <returns>Ids of what went.</returns>
    public Task<IReadOnlyList<string>> TrimAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.All(TaskTable.Trim, row => row.GetString(0), NowMs - (7 * DayMs), NowMs - DayMs, MaxPerJob, MaxTasks), cancellationToken);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static TaskEntry Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        RunId = row.GetString(1),
        Runtime = row.GetString(2),
        Status = row.GetString(3),
        Title = row.GetString(4),
        Prompt = row.GetString(5),
        Session = SessionRowReader.KeyOf(row.GetString(6)),
        Child = SessionRowReader.Text(row, 7) is { } child ? SessionRowReader.KeyOf(child) : null,
        CreatedAtMs = row.GetInt64(8),
        UpdatedAtMs = row.GetInt64(9),
        StartedAtMs = SessionRowReader.Number(row, 10),
        EndedAtMs = SessionRowReader.Number(row, 11),
        ToolUses = row.GetInt32(12),
        LastTool = SessionRowReader.Text(row, 13),
        Result = SessionRowReader.Text(row, 14),
        Error = SessionRowReader.Text(row, 15),
    };

}

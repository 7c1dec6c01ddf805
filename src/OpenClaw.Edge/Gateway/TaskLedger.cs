using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Gateway;

/// <summary>Follows the tasks, tells the event <c>task</c>, and keeps what ended on disk. In memory: what runs, what is not on disk yet, and
/// what belongs to incognito sessions; of what has ended so many that they are 500 at most. Written on the runs' own threads; thread-safe.</summary>
internal sealed partial class TaskLedger
{
    /// <summary>Most tasks in memory, where not more of them run or wait.</summary>
    public const int Capacity = 500;

    private const int TitleChars = 80; // the original's
    private const int TextChars = 4_000; // the original's
    private const int TrimEvery = 100;

    private readonly GatewayRuntime _runtime;
    private readonly Broadcaster _broadcaster;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<TaskEntry> _live = [];
    private readonly Queue<TaskEntry> _unsaved = new(); // ends that the disk did not take
    private int _ended;

    /// <summary>Listens from now on.</summary>
    public TaskLedger(GatewayRuntime runtime, Broadcaster broadcaster)
    {
        _runtime = runtime;
        _broadcaster = broadcaster;
        _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Gateway");
        runtime.Events.Listen(On);
    }

    /// <summary>Grows with each change.</summary>
    public int Revision { get; private set; }

    /// <summary>Finds one.</summary>
    public TaskEntry? Find(string id)
    {
        lock (_gate)
        {
            if (_live.Find(task => task.Id == id) is { } task)
            {
                return task;
            }
        }

        return _runtime.Tasks.Find(id);
    }

    /// <summary>The first of those that fit, the newest first.</summary>
    /// <param name="statuses">Statuses, joined; null is any.</param>
    /// <param name="agentId">The agent that hears of it; null is any.</param>
    /// <param name="session">The session that hears of it or that it runs in; null is any.</param>
    /// <param name="byEnd">Ordered by their ends, else by their last change.</param>
    /// <param name="count">Most of them.</param>
    public List<TaskEntry> Page(string? statuses, string? agentId, SessionKey? session, bool byEnd, long count)
    {
        TaskEntry[] live = Live();
        var page = new List<TaskEntry>(_runtime.Tasks.Page(IdsOf(live), statuses, agentId, session, byEnd, count));
        foreach (TaskEntry task in live)
        {
            if (statuses?.Contains(task.Status, StringComparison.Ordinal) != false && (agentId is null || task.Session.AgentId == agentId)
                && (session is not { } key || task.Session == key || task.Child == key))
            {
                page.Add(task);
            }
        }

        page.Sort((left, right) => right.Place(byEnd).CompareTo(left.Place(byEnd)) is var order and not 0
            ? order
            : string.CompareOrdinal(left.Id, right.Id));
        return page;
    }

    /// <summary>Tells how many there are of each status and runtime.</summary>
    public void Count(Action<string, string, int> tell)
    {
        TaskEntry[] live = Live();
        _runtime.Tasks.Count(IdsOf(live), tell);
        Array.ForEach(live, task => tell(task.Status, task.Runtime, 1));
    }

    private static string IdsOf(TaskEntry[] tasks) => string.Join(' ', Array.ConvertAll(tasks, task => task.Id));

    private static string? RuntimeOf(Run run) => run.Request.Source switch
    {
        "agent" => "cli",
        "cron" => "cron",
        "subagent" when IsSubagent(run.SessionKey) => "subagent",
        _ => null,
    };

    private static bool IsSubagent(SessionKey key) => key.Rest.StartsWith("subagent:", StringComparison.Ordinal);

    private TaskEntry[] Live()
    {
        lock (_gate)
        {
            return [.. _live];
        }
    }

    private void On(RunEvent told)
    {
        if (RuntimeOf(told.Run) is not { } runtime)
        {
            return;
        }

        switch (told)
        {
            case RunPhaseEvent { Phase: "queued" }:
                Upsert(told, runtime, task => task, save: true);
                break;
            case RunStartedEvent:
                Upsert(told, runtime, task => task with { Status = "running", StartedAtMs = task.StartedAtMs ?? told.TimestampMs }, save: true);
                break;
            case RunToolStartedEvent tool:
                Upsert(told, runtime, task => task with { ToolUses = task.ToolUses + 1, LastTool = tool.Name }, save: false);
                break;
            case RunEndedEvent { Result: { } result }:
                Upsert(
                    told,
                    runtime,
                    task => task with
                    {
                        Status = result.Status switch
                        {
                            RunStatus.Done => "completed",
                            RunStatus.TimedOut => "timed_out",
                            RunStatus.Aborted => "cancelled",
                            _ => "failed",
                        },
                        EndedAtMs = told.TimestampMs,
                        Result = result.Status == RunStatus.Done ? TaskJson.Cut(result.Text, TextChars, keepLines: true) : null,
                        Error = result.Status is RunStatus.Done or RunStatus.Aborted ? null : TaskJson.Cut(result.ErrorMessage, TaskJson.SummaryChars),
                    },
                    save: true);
                break;
        }
    }

    private void Upsert(RunEvent told, string runtime, Func<TaskEntry, TaskEntry> change, bool save)
    {
        TaskEntry task;
        lock (_gate)
        {
            int index = _live.FindLastIndex(known => known.RunId == told.Run.Id);
            TaskEntry known = index >= 0 ? _live[index] : Begin(told, runtime);
            TaskEntry changed = change(known);
            if (index >= 0 && ReferenceEquals(changed, known))
            {
                return; // it has another place in its queue, and says so to all of them each time one of them begins
            }

            task = changed with { UpdatedAtMs = told.TimestampMs };
            if (index >= 0)
            {
                _live[index] = task;
            }
            else
            {
                _live.Add(task);
                Trim();
            }

            Revision++;
        }

        Tell("upserted", task, null);
        if (save && !task.Transcript.IsIncognito && !task.Session.IsIncognito)
        {
            _ = SaveAsync(task);
        }
    }

    // Begins on the run's thread, so that the writes of one task keep their order; the rest is the writer's. Where the disk takes a task, it may
    // take what it refused before.
    private async Task SaveAsync(TaskEntry task)
    {
        try
        {
            for (TaskEntry? next = task; next is not null; next = NextUnsaved())
            {
                task = next;
                await _runtime.Tasks.SaveAsync(task, CancellationToken.None);
                if (!task.IsActive)
                {
                    await SavedAsync(task);
                }
            }
        }
        catch (StorageException failure)
        {
            Log.Unsaved(_logger, task.Id, failure.Message);
            if (!task.IsActive)
            {
                Keep(task);
            }
        }
    }

    private async Task SavedAsync(TaskEntry ended)
    {
        lock (_gate)
        {
            _live.Remove(ended);
        }

        if (Interlocked.Increment(ref _ended) % TrimEvery == 1)
        {
            foreach (string id in await _runtime.Tasks.TrimAsync(CancellationToken.None))
            {
                Tell("deleted", null, id);
            }
        }
    }

    private void Keep(TaskEntry ended)
    {
        lock (_gate)
        {
            _unsaved.Enqueue(ended);
            if (_unsaved.Count > Capacity)
            {
                _unsaved.Dequeue();
            }
        }
    }

    private TaskEntry? NextUnsaved()
    {
        lock (_gate)
        {
            return _unsaved.TryDequeue(out TaskEntry? task) ? task : null;
        }
    }

    private void Tell(string action, TaskEntry? task, string? id) => _broadcaster.Publish("task", OperatorScopes.Read, json =>
    {
        json.WriteStartObject();
        json.WriteString("action"u8, action);
        PairingJson.WriteOptional(json, "taskId", id);
        if (task is not null)
        {
            json.WritePropertyName("task"u8);
            TaskJson.Write(json, task, detail: false);
        }

        json.WriteEndObject();
    });

    // What runs is never forgotten: else its next event would make a second task of it. RunRegistry bounds it: messages.queue.cap a session, and
    // no new ones when memory is short; each has its whole message in memory there.
    private void Trim()
    {
        int surplus = _live.Count - Capacity;
        if (surplus > 0)
        {
            _live.RemoveAll(task => !task.IsActive && surplus-- > 0);
        }
    }

    private TaskEntry Begin(RunEvent told, string runtime)
    {
        Run run = told.Run;
        SessionKey? parent = runtime == "subagent" ? ParentOf(run.SessionKey) : null;
        return new TaskEntry
        {
            Id = Guid.NewGuid().ToString(),
            Runtime = runtime,
            Status = "queued",
            Title = TaskJson.Cut(run.Request.Message, TitleChars) ?? "Background task",
            Prompt = TaskJson.Cut(run.Request.Message, TextChars, keepLines: true) ?? "",
            Session = parent ?? run.SessionKey,
            Child = parent is null ? null : run.SessionKey,
            RunId = run.Id,
            CreatedAtMs = run.AcceptedAtMs,
            UpdatedAtMs = told.TimestampMs,
        };
    }

    private SessionKey? ParentOf(SessionKey child) =>
        _runtime.Sessions.Find(child)?.Extra is { ValueKind: System.Text.Json.JsonValueKind.Object } extra
        && extra.TryGetProperty("spawnedBy", out System.Text.Json.JsonElement by)
        && SessionKey.TryParse(by.GetString(), child.AgentId, out SessionKey parent)
            ? parent
            : null;

    private static partial class Log
    {
        [LoggerMessage(2127, LogLevel.Warning, "Task {Id} is not on disk; its end is written with the next task that is, or forgotten when the gateway ends: {Reason}")]
        public static partial void Unsaved(ILogger logger, string id, string reason);
    }
}

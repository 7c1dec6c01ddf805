using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>The tasks since the start of the gateway, the last 500 of them, and the event <c>task</c>. Written on the runs' own threads;
/// thread-safe.</summary>
internal sealed class TaskLedger
{
    /// <summary>Most tasks that are remembered.</summary>
    public const int Capacity = 500;

    private const int TitleChars = 80; // the original's
    private const int SummaryChars = 120; // the original's
    private const int PromptChars = 4_000;

    private readonly GatewayRuntime _runtime;
    private readonly Broadcaster _broadcaster;
    private readonly Lock _gate = new();
    private readonly List<TaskEntry> _tasks = [];

    /// <summary>Listens from now on.</summary>
    public TaskLedger(GatewayRuntime runtime, Broadcaster broadcaster)
    {
        _runtime = runtime;
        _broadcaster = broadcaster;
        runtime.Events.Listen(On);
    }

    /// <summary>All that are remembered, the newest first.</summary>
    public IReadOnlyList<TaskEntry> All
    {
        get
        {
            lock (_gate)
            {
                TaskEntry[] tasks = [.. _tasks];
                Array.Reverse(tasks);
                return tasks;
            }
        }
    }

    /// <summary>Finds one.</summary>
    public TaskEntry? Find(string id)
    {
        lock (_gate)
        {
            return _tasks.Find(task => task.Id == id);
        }
    }

    private static string? RuntimeOf(Run run) => run.Request.Source switch
    {
        "agent" => "cli",
        "cron" => "cron",
        "subagent" when IsSubagent(run.SessionKey) => "subagent",
        _ => null,
    };

    private static bool IsSubagent(SessionKey key) => key.Rest.StartsWith("subagent:", StringComparison.Ordinal);

    private void On(RunEvent told)
    {
        if (RuntimeOf(told.Run) is not { } runtime)
        {
            return;
        }

        switch (told)
        {
            case RunPhaseEvent { Phase: "queued" } or RunStartedEvent:
                Upsert(told, runtime, task => task with
                {
                    Status = told is RunStartedEvent ? RunStatus.Running : RunStatus.Queued,
                    StartedAtMs = told is RunStartedEvent ? task.StartedAtMs ?? told.TimestampMs : null,
                });
                break;
            case RunToolStartedEvent tool:
                Upsert(told, runtime, task => task with { ToolUses = task.ToolUses + 1, LastTool = tool.Name });
                break;
            case RunEndedEvent { Result: { } result }:
                Upsert(told, runtime, task => task with
                {
                    Status = result.Status,
                    EndedAtMs = told.TimestampMs,
                    Summary = result.Status == RunStatus.Done ? Cut(result.Text, SummaryChars) : null,
                    Error = result.Status is RunStatus.Done or RunStatus.Aborted ? null : Cut(result.ErrorMessage, SummaryChars),
                });
                break;
        }
    }

    private void Upsert(RunEvent told, string runtime, Func<TaskEntry, TaskEntry> change)
    {
        TaskEntry task;
        lock (_gate)
        {
            int index = _tasks.FindLastIndex(known => known.RunId == told.Run.Id);
            TaskEntry known = index >= 0 ? _tasks[index] : Begin(told, runtime);
            task = change(known) with { UpdatedAtMs = told.TimestampMs };
            if (index >= 0)
            {
                _tasks[index] = task;
            }
            else
            {
                _tasks.Add(task);
                Trim();
            }
        }

        _broadcaster.Publish("task", OperatorScopes.Read, json =>
        {
            json.WriteStartObject();
            json.WriteString("action"u8, "upserted"u8);
            json.WritePropertyName("task"u8);
            TaskJson.Write(json, task, detail: false);
            json.WriteEndObject();
        });
    }

    // What has ended goes first; what runs is never forgotten.
    private void Trim()
    {
        if (_tasks.Count > Capacity)
        {
            int ended = _tasks.FindIndex(task => !task.IsActive);
            _tasks.RemoveAt(Math.Max(ended, 0));
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
            Status = RunStatus.Queued,
            Title = Cut(run.Request.Message, TitleChars) ?? "Background task",
            Prompt = Cut(run.Request.Message, PromptChars, keepLines: true) ?? "",
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

    private static string? Cut(string? text, int chars, bool keepLines = false)
    {
        string flat = (keepLines ? text : text?.ReplaceLineEndings(" "))?.Trim() ?? "";
        return flat.Length == 0 ? null : flat.Length <= chars ? flat : $"{flat[..(char.IsHighSurrogate(flat[chars - 2]) ? chars - 2 : chars - 1)]}…";
    }
}

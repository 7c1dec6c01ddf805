using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>tasks.list</c>, <c>.get</c>, <c>.history</c>, <c>.cancel</c>, <c>.retry</c>, <c>.dismiss</c>. Texts are the original's.</summary>
internal sealed class TaskMethods(GatewayRuntime runtime, TaskLedger ledger)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;
    private const int MaxHistoryBytes = 4_177_920; // the original's

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("tasks.list", OperatorScopes.Read, "status:any agentId:str1 sessionKey:str1(512) limit:int(1..) cursor:str sortBy:str …", List),
        MethodEntry.Of("tasks.get", OperatorScopes.Read, "taskId!:str1", Get),
        MethodEntry.Of("tasks.history", OperatorScopes.Read, "taskId!:str1 limit:int(1..1000) cursor:str", History),
        new("tasks.cancel", OperatorScopes.Write, "taskId!:str1 reason:str", CancelAsync),
        new("tasks.retry", OperatorScopes.Write, "taskIds!:strs(1..)", (call, cancel) => SettleAsync(call, tell: true, cancel)),
        new("tasks.dismiss", OperatorScopes.Write, "taskIds!:strs(1..)", (call, cancel) => SettleAsync(call, tell: false, cancel)),
    ];

    private MethodReply List(MethodCall call)
    {
        int offset = 0;
        if (call.Text("cursor") is { } cursor && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out offset))
        {
            return MethodReply.Invalid("invalid or expired tasks.list cursor; restart pagination without a cursor");
        }

        SessionKey key = default;
        if (call.Has("sessionKey") && !SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        string[] statuses = Statuses(call);
        string? agentId = call.Has("sessionKey") ? null : call.Text("agentId");
        TaskEntry[] all =
        [
            .. ledger.All.Where(task => (statuses.Length == 0 || statuses.Contains(task.StatusName, StringComparer.Ordinal))
                && (agentId is null || task.Session.AgentId == agentId)
                && (!call.Has("sessionKey") || task.Session == key || task.Child == key)),
        ];
        int limit = (int)Math.Min(call.Number("limit") ?? DefaultLimit, MaxLimit);
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("tasks"u8);
            foreach (TaskEntry task in all.Skip(offset).Take(limit))
            {
                TaskJson.Write(json, task, detail: false);
            }

            json.WriteEndArray();
            if (all.Length > offset + limit)
            {
                json.WriteString("nextCursor"u8, (offset + limit).ToString(CultureInfo.InvariantCulture));
            }
        });
    }

    private static string[] Statuses(MethodCall call) =>
        !call.Params.TryGetProperty("status", out JsonElement status) ? []
        : status.ValueKind == JsonValueKind.Array ? [.. status.EnumerateArray().Select(one => one.ToString())]
        : [status.ToString()];

    private MethodReply Get(MethodCall call) =>
        ledger.Find(call.Text("taskId")!) is { } task
            ? MethodReply.Object(json =>
            {
                json.WritePropertyName("task"u8);
                TaskJson.Write(json, task, detail: true);
            })
            : MethodReply.Invalid($"task not found: {call.Text("taskId")}");

    // The rows of the session that it runs in, newest page first, as chat.history shows them.
    private MethodReply History(MethodCall call)
    {
        if (ledger.Find(call.Text("taskId")!) is not { } task)
        {
            return MethodReply.Invalid("Task not found.");
        }

        long? before = null;
        if (call.Text("cursor") is { } cursor)
        {
            if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long seq))
            {
                return MethodReply.Invalid("Invalid task history cursor. Refresh the task.");
            }

            before = seq;
        }

        if (runtime.Sessions.Find(task.Transcript) is not { } row)
        {
            return MethodReply.Fail(GatewayError.Unavailable("This task has no readable transcript."));
        }

        TranscriptPage page = runtime.Sessions.ReadPage(task.Transcript, (int)(call.Number("limit") ?? DefaultLimit), before, MaxHistoryBytes);
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("messages"u8);
            foreach (TranscriptEntry entry in page.Entries)
            {
                MessageJson.Write(json, entry, row.HistoryRevision);
            }

            json.WriteEndArray();
            if (page.HasMore)
            {
                json.WriteString("nextCursor"u8, page.Entries[0].Seq.ToString(CultureInfo.InvariantCulture));
            }
        });
    }

    private async ValueTask<MethodReply> CancelAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string id = call.Text("taskId")!;
        TaskEntry? task = ledger.Find(id);
        bool cancelled = task is { IsActive: true } && (await runtime.Runs.AbortAsync(task.Transcript, task.RunId, "rpc")).Count > 0;
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("found"u8, task is not null);
            json.WriteBoolean("cancelled"u8, cancelled);
            if (!cancelled)
            {
                json.WriteString("reason"u8, task is null ? "Task not found."u8 : "Task is already terminal."u8);
            }

            if (ledger.Find(id) is { } now)
            {
                json.WritePropertyName("task"u8);
                TaskJson.Write(json, now, detail: false);
            }
        });
    }

    // What a sub-agent found and could not tell its parent, because there was no room then.
    private async ValueTask<MethodReply> SettleAsync(MethodCall call, bool tell, CancellationToken cancellationToken)
    {
        List<(string Id, TaskEntry? Task, string? Reason)> results = [];
        foreach (JsonElement item in call.Params.GetProperty("taskIds").EnumerateArray())
        {
            if (results.Count == MaxLimit)
            {
                break;
            }

            string id = item.GetString()!;
            TaskEntry? task = ledger.Find(id);
            string? reason = task?.Child is null && tell ? "task has no recoverable subagent completion"
                : task?.Child is not { } child || !runtime.Runs.HasUntold(child) ? "completion delivery is not blocked"
                : await runtime.Runs.SettleUntoldAsync(child, tell, cancellationToken) ? null
                : "the parent session still has no room; try again later";
            results.Add((id, task, reason));
        }

        return MethodReply.Object(json =>
        {
            json.WriteStartArray("results"u8);
            foreach ((string id, TaskEntry? task, string? reason) in results)
            {
                json.WriteStartObject();
                json.WriteString("taskId"u8, id);
                json.WriteBoolean("ok"u8, reason is null);
                if (reason is not null)
                {
                    json.WriteString("reason"u8, reason);
                }
                else
                {
                    if (tell)
                    {
                        json.WriteBoolean("duplicateRisk"u8, true);
                    }

                    json.WritePropertyName("task"u8);
                    TaskJson.Write(json, task!, detail: true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}

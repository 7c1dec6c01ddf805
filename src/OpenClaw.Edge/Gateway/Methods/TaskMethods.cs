using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
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
        MethodEntry.Of("tasks.list", OperatorScopes.Read, "status:any agentId:str1 sessionKey:str1 limit:int(1..500) cursor:str sortBy:updatedAt|endedAt", List),
        MethodEntry.Of("tasks.get", OperatorScopes.Read, "taskId!:str1", Get),
        MethodEntry.Of("tasks.history", OperatorScopes.Read, "taskId!:str1 limit:int(1..200) cursor:str1", History),
        new("tasks.cancel", OperatorScopes.Write, "taskId!:str1 reason:str", CancelAsync),
        new("tasks.retry", OperatorScopes.Write, "taskIds!:strs(1..)", (call, cancel) => SettleAsync(call, tell: true, cancel)),
        new("tasks.dismiss", OperatorScopes.Write, "taskIds!:strs(1..)", (call, cancel) => SettleAsync(call, tell: false, cancel)),
    ];

    private MethodReply List(MethodCall call)
    {
        if (call.Params.TryGetProperty("status", out JsonElement wanted) && StatusProblem(wanted) is { } problem)
        {
            return MethodReply.Invalid($"invalid tasks.list params: at /status: {problem}");
        }

        SessionKey key = default;
        if (call.Has("sessionKey") && !SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        string? statuses = Statuses(call);
        string? agentId = call.Has("sessionKey") ? null : call.Text("agentId");
        bool byEnd = call.Text("sortBy") == "endedAt";
        int revision = ledger.Revision;
        string asked = $"{call.Connection.Id} {statuses} {agentId} {key.Text} {byEnd}";
        long offset = 0;
        if (call.Text("cursor") is { } cursor
            && (cursor.Split('.') is not [_, { } from, ..] || !long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out offset)
                || offset > int.MaxValue || cursor != Cursor(offset, revision, asked)))
        {
            return MethodReply.Invalid("invalid or expired tasks.list cursor; restart pagination without a cursor");
        }

        int limit = (int)(call.Number("limit") ?? DefaultLimit);
        List<TaskEntry> page = ledger.Page(statuses, agentId, call.Has("sessionKey") ? key : null, byEnd, offset + limit + 1);
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("tasks"u8);
            for (int i = (int)offset; i < Math.Min(page.Count, offset + limit); i++)
            {
                TaskJson.Write(json, page[i], detail: false);
            }

            json.WriteEndArray();
            if (page.Count > offset + limit)
            {
                json.WriteString("nextCursor"u8, Cursor(offset + limit, revision, asked));
            }
        });
    }

    // version.offset.revision of the list.revision of what one may see.whose, as the original's: any change of the list ends it.
    private static string Cursor(long offset, int revision, string asked)
    {
        string bound = string.Create(CultureInfo.InvariantCulture, $"1.{offset}.{revision}.0");
        return $"{bound}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{bound} {asked}")))}";
    }

    private static string? StatusProblem(JsonElement status)
    {
        if (status.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement one in status.EnumerateArray())
            {
                if (!IsStatus(one))
                {
                    return "must be string; at /status: must be equal to constant";
                }
            }

            return null;
        }

        return IsStatus(status) ? null : "must be equal to constant; at /status: must match a schema in anyOf; at /status: must be array";
    }

    private static bool IsStatus(JsonElement status) =>
        status.ValueKind == JsonValueKind.String && status.GetString() is "queued" or "running" or "completed" or "failed" or "cancelled" or "timed_out";

    private static string? Statuses(MethodCall call) =>
        call.Params.TryGetProperty("status", out JsonElement status) ? $"{status}".Replace("failed", "failed lost", StringComparison.Ordinal) : null;

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

using System.Text.Json;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes tasks as clients know them. Source: docs/protocol.md, tasks.</summary>
internal static class TaskJson
{
    /// <summary>Longest line that tells how a task ended: the original's.</summary>
    public const int SummaryChars = 120;

    private static readonly string[] s_statuses = ["queued", "running", "succeeded", "failed", "timed_out", "cancelled", "lost"];
    private static readonly string[] s_runtimes = ["subagent", "acp", "cli", "cron"];
    private static readonly string[] s_codes = ["stale_queued", "stale_running", "lost", "delivery_failed", "missing_cleanup", "inconsistent_timestamps"];

    /// <summary>Writes one as an object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="task">The task.</param>
    /// <param name="detail">Whether what was asked and answered comes with it.</param>
    public static void Write(Utf8JsonWriter json, TaskEntry task, bool detail)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, task.Id);
        json.WriteString("taskId"u8, task.Id);
        json.WriteString("kind"u8, task.Runtime);
        json.WriteString("runtime"u8, task.Runtime);
        json.WriteString("status"u8, task.Status == "lost" ? "failed" : task.Status);
        json.WriteStartObject("execution"u8);
        json.WriteString("state"u8, task.IsActive ? task.Status : task.Status == "lost" ? "unknown" : "finished");
        json.WriteEndObject();
        json.WriteString("title"u8, task.Title);
        json.WriteString("agentId"u8, task.Session.AgentId);
        json.WriteString("sessionKey"u8, task.Session.Text);
        PairingJson.WriteOptional(json, "childSessionKey", task.Child?.Text);
        json.WriteBoolean("hasTranscript"u8, true);
        json.WriteString("ownerKey"u8, task.Session.Text);
        json.WriteString("runId"u8, task.RunId);
        json.WriteNumber("createdAt"u8, task.CreatedAtMs);
        json.WriteNumber("updatedAt"u8, task.UpdatedAtMs);
        PairingJson.WriteOptional(json, "startedAt", task.StartedAtMs);
        PairingJson.WriteOptional(json, "endedAt", task.EndedAtMs);
        if (task.ToolUses > 0)
        {
            json.WriteNumber("toolUseCount"u8, task.ToolUses);
        }

        PairingJson.WriteOptional(json, "lastToolName", task.LastTool);
        PairingJson.WriteOptional(json, "terminalSummary", Cut(task.Result, SummaryChars));
        PairingJson.WriteOptional(json, "error", task.Error);
        json.WriteString("deliveryStatus"u8, "not_applicable"u8);
        if (detail)
        {
            PairingJson.WriteOptional(json, "result", task.Result);
            json.WriteString("prompt"u8, task.Prompt);
        }

        json.WriteEndObject();
    }

    /// <summary>A text in one line, or with its lines, and no longer than that; null when there is nothing of it.</summary>
    public static string? Cut(string? text, int chars, bool keepLines = false)
    {
        string flat = (keepLines ? text : text?.ReplaceLineEndings(" "))?.Trim() ?? "";
        return flat.Length == 0 ? null : flat.Length <= chars ? flat : $"{flat[..(char.IsHighSurrogate(flat[chars - 2]) ? chars - 2 : chars - 1)]}…";
    }

    /// <summary>Writes <c>tasks</c> and <c>taskAudit</c> of <c>status</c>: the original's words, all of them, with what there is of each.</summary>
    public static void WriteCounts(Utf8JsonWriter json, TaskLedger tasks)
    {
        int[] byStatus = new int[s_statuses.Length];
        int[] byRuntime = new int[s_runtimes.Length];
        int total = 0;
        tasks.Count((status, runtime, number) =>
        {
            total += number;
            byStatus[Array.IndexOf(s_statuses, status == "completed" ? "succeeded" : status)] += number;
            byRuntime[Array.IndexOf(s_runtimes, runtime)] += number;
        });
        json.WriteStartObject("tasks"u8);
        int active = byStatus[0] + byStatus[1];
        json.WriteNumber("total"u8, total);
        json.WriteNumber("active"u8, active);
        json.WriteNumber("terminal"u8, total - active);
        int lost = byStatus[^1];
        json.WriteNumber("failures"u8, byStatus[3] + byStatus[4] + lost);
        Write(json, "byStatus", s_statuses, byStatus);
        Write(json, "byRuntime", s_runtimes, byRuntime);
        json.WriteEndObject();
        json.WriteStartObject("taskAudit"u8);
        json.WriteNumber("total"u8, lost);
        json.WriteNumber("warnings"u8, lost);
        json.WriteNumber("errors"u8, 0);
        Write(json, "byCode", s_codes, [0, 0, lost, 0, 0, 0]); // a task here is its run: it loses it with the process only
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, string[] names, int[] numbers)
    {
        json.WriteStartObject(name);
        for (int i = 0; i < names.Length; i++)
        {
            json.WriteNumber(names[i], numbers[i]);
        }

        json.WriteEndObject();
    }
}

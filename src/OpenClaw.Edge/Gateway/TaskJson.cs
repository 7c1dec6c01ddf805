using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes tasks as clients know them. Source: docs/protocol.md, tasks.</summary>
internal static class TaskJson
{
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
        json.WriteString("status"u8, task.StatusName);
        json.WriteStartObject("execution"u8);
        json.WriteString("state"u8, task.IsActive ? task.StatusName : "finished");
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
        PairingJson.WriteOptional(json, "terminalSummary", task.Summary);
        PairingJson.WriteOptional(json, "error", task.Error);
        json.WriteString("deliveryStatus"u8, "not_applicable"u8);
        if (detail)
        {
            PairingJson.WriteOptional(json, "result", task.Summary);
            json.WriteString("prompt"u8, task.Prompt);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes <c>tasks</c> and <c>taskAudit</c> of <c>status</c>: the original's words, all of them, with what there is of each.</summary>
    public static void WriteCounts(Utf8JsonWriter json, IReadOnlyList<TaskEntry> tasks)
    {
        json.WriteStartObject("tasks"u8);
        int active = tasks.Count(task => task.IsActive);
        json.WriteNumber("total"u8, tasks.Count);
        json.WriteNumber("active"u8, active);
        json.WriteNumber("terminal"u8, tasks.Count - active);
        json.WriteNumber("failures"u8, tasks.Count(task => task.StatusName is "failed" or "timed_out"));
        json.WriteStartObject("byStatus"u8);
        foreach ((string name, string word) in (ReadOnlySpan<(string, string)>)
            [("queued", "queued"), ("running", "running"), ("succeeded", "completed"), ("failed", "failed"), ("timed_out", "timed_out"), ("cancelled", "cancelled"), ("lost", "")])
        {
            json.WriteNumber(name, tasks.Count(task => task.StatusName == word));
        }

        json.WriteEndObject();
        json.WriteStartObject("byRuntime"u8);
        foreach (string runtime in (ReadOnlySpan<string>)["subagent", "acp", "cli", "cron"])
        {
            json.WriteNumber(runtime, tasks.Count(task => task.Runtime == runtime));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("taskAudit"u8);
        json.WriteNumber("total"u8, 0);
        json.WriteNumber("warnings"u8, 0);
        json.WriteNumber("errors"u8, 0);
        json.WriteStartObject("byCode"u8);
        foreach (string code in (ReadOnlySpan<string>)["stale_queued", "stale_running", "lost", "delivery_failed", "missing_cleanup", "inconsistent_timestamps"])
        {
            json.WriteNumber(code, 0); // a task here is its run: it cannot lose it
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

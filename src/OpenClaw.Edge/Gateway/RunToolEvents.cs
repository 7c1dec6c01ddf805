using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Events about a run's tools: <c>item</c> to every reader, <c>tool</c> to the requester that wants it, the same
/// as <c>session.tool</c> to subscribers.</summary>
internal static class RunToolEvents
{
    /// <summary>A tool starts: the item first, then the tool.</summary>
    public static void Started(Broadcaster broadcaster, SessionEvents sessions, RunToolStartedEvent tool)
    {
        RunEventEncoder.SendAgent(broadcaster, tool, tool.ItemSeq, "item", json =>
        {
            WriteItem(json, tool.ToolCallId, tool.Name, tool.Title, "start", "running");
            json.WriteNumber("startedAt"u8, tool.TimestampMs);
        });
        SendTool(broadcaster, sessions, tool, json =>
        {
            json.WriteString("phase"u8, "start"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteString("toolCallId"u8, tool.ToolCallId);
            json.WritePropertyName("args"u8);
            WriteElement(json, tool.Arguments);
        });
    }

    /// <summary>A tool ended: the result first, then the item.</summary>
    public static void Ended(Broadcaster broadcaster, SessionEvents sessions, RunToolEndedEvent tool)
    {
        SendTool(broadcaster, sessions, tool, json =>
        {
            json.WriteString("phase"u8, "result"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteString("toolCallId"u8, tool.ToolCallId);
            json.WriteBoolean("isError"u8, tool.IsError);
            if (MetaOf(tool.Name, tool.Title) is { } meta)
            {
                json.WriteString("meta"u8, meta);
            }

            json.WriteBoolean("commandBearing"u8, IsCommand(tool.Name));
            json.WriteStartObject("result"u8);
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, tool.ResultText);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WritePropertyName("details"u8);
            if (tool.Details is { } details)
            {
                WriteElement(json, details);
            }
            else
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
        RunEventEncoder.SendAgent(broadcaster, tool, tool.ItemSeq, "item", json =>
        {
            WriteItem(json, tool.ToolCallId, tool.Name, tool.Title, "end", tool.Refused ? "blocked" : tool.IsError ? "failed" : "completed");
            json.WriteNumber("startedAt"u8, tool.StartedAtMs);
            json.WriteNumber("endedAt"u8, tool.TimestampMs);
            if (tool.IsError)
            {
                json.WriteString("error"u8, tool.ResultText);
            }
        });
        JsonElement about = tool.Details is { ValueKind: JsonValueKind.Object } known ? known : default;
        if (tool.Name == "exec")
        {
            RunEventEncoder.SendAgent(broadcaster, tool, tool.OutputSeq, "command_output", json => WriteCommandEnd(json, tool, about));
        }
        else if (tool.Name == "apply_patch" && about.ValueKind == JsonValueKind.Object && about.TryGetProperty("summary"u8, out JsonElement summary))
        {
            RunEventEncoder.SendAgent(broadcaster, tool, tool.OutputSeq, "patch", json => WritePatch(json, tool, summary));
        }
    }

    /// <summary>A command says more while it runs: the tool, the item, then the output.</summary>
    public static void Output(Broadcaster broadcaster, SessionEvents sessions, RunToolOutputEvent tool)
    {
        SendTool(broadcaster, sessions, tool, json =>
        {
            json.WriteString("phase"u8, "update"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteString("toolCallId"u8, tool.ToolCallId);
            json.WriteStartObject("partialResult"u8);
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, tool.Output);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("details"u8);
            json.WriteString("status"u8, "running"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        RunEventEncoder.SendAgent(
            broadcaster, tool, tool.ItemSeq, "item", json => WriteItem(json, tool.ToolCallId, tool.Name, tool.Title, "update", "running"));
        RunEventEncoder.SendAgent(broadcaster, tool, tool.OutputSeq, "command_output", json =>
        {
            WriteCommand(json, tool.ToolCallId, tool.Name, tool.Title, "delta");
            json.WriteString("output"u8, tool.Output.TrimEnd());
            json.WriteString("status"u8, "running"u8);
        });
    }

    /// <summary>A command waits for somebody's word, or waits no longer.</summary>
    public static void Approval(Broadcaster broadcaster, RunApprovalEvent waiting) =>
        RunEventEncoder.SendAgent(broadcaster, waiting, waiting.Seq, "approval", json =>
        {
            (string phase, string status, string title) = waiting.Decided switch
            {
                null => ("requested", "pending", "Command approval requested"),
                { Reason: "no-approver" } => ("requested", "unavailable", "Command approval unavailable"),
                { Allows: true } => ("resolved", "approved", "Command approval resolved"),
                _ => ("resolved", "denied", "Command approval resolved"),
            };
            json.WriteString("phase"u8, phase);
            json.WriteString("kind"u8, "exec"u8);
            json.WriteString("status"u8, status);
            json.WriteString("title"u8, title);
            json.WriteString("itemId"u8, $"command:{waiting.ToolCallId}");
            json.WriteString("toolCallId"u8, waiting.ToolCallId);
            if (status != "unavailable")
            {
                json.WriteString("approvalId"u8, waiting.Approval.Id);
                json.WriteString("approvalSlug"u8, waiting.Approval.Id[..Math.Min(8, waiting.Approval.Id.Length)]);
            }

            json.WriteString("command"u8, waiting.Approval.Request.Shown);
            json.WriteString("host"u8, waiting.Approval.Request.Host);
        });

    /// <summary>How clients name a tool: <c>apply_patch</c> is "Apply Patch".</summary>
    public static string TitleOf(string name)
    {
        char[] title = name.Replace('_', ' ').ToCharArray();
        for (int at = 0; at < title.Length; at++)
        {
            title[at] = at == 0 || title[at - 1] == ' ' ? char.ToUpperInvariant(title[at]) : title[at];
        }

        return new string(title);
    }

    /// <summary>Whether a call of the tool carries a command line.</summary>
    public static bool IsCommand(string name) => name is "exec" or "process";

    // A title is the tool's name and what it works on.
    /// <summary>The model wrote down how far its work is.</summary>
    public static void Plan(Broadcaster broadcaster, RunPlanEvent plan) =>
        RunEventEncoder.SendAgent(broadcaster, plan, plan.Seq, "plan", json =>
        {
            json.WriteString("phase"u8, "update"u8);
            json.WriteString("title"u8, "Plan updated"u8);
            json.WriteString("source"u8, "openclaw"u8);
            (int done, int all) = ProgressCard.Count(plan.Card);
            if (all > 0)
            {
                json.WritePropertyName("steps"u8);
                plan.Card.GetProperty("steps"u8).WriteTo(json);
                json.WriteString("explanation"u8, $"{done}/{all} complete");
                return;
            }

            json.WriteStartArray("steps"u8);
            json.WriteEndArray();
            if (plan.Card.TryGetProperty("markdown"u8, out JsonElement note))
            {
                json.WriteString("explanation"u8, note.GetString());
                json.WriteString("explanationFormat"u8, "markdown"u8);
            }
        });

    private static string? MetaOf(string name, string title) =>
        title.Length <= name.Length + 1 || !title.StartsWith(name, StringComparison.Ordinal) ? null
        : name == "read" ? $"from {title[(name.Length + 1)..]}"
        : title[(name.Length + 1)..];

    private static void WriteCommand(Utf8JsonWriter json, string callId, string name, string title, string phase)
    {
        json.WriteString("itemId"u8, $"command:{callId}");
        json.WriteString("phase"u8, phase);
        json.WriteString("title"u8, title.Length > 0 && title != name ? $"command {MetaOf(name, title) ?? title}" : $"{name} command");
        json.WriteString("toolCallId"u8, callId);
        json.WriteString("name"u8, name);
    }

    private static void WriteCommandEnd(Utf8JsonWriter json, RunToolEndedEvent tool, JsonElement about)
    {
        WriteCommand(json, tool.ToolCallId, tool.Name, tool.Title, "end");
        string? output = Member(about, "aggregated") is { ValueKind: JsonValueKind.String } all ? all.GetString()
            : Member(about, "tail") is { ValueKind: JsonValueKind.String } tail ? tail.GetString()
            : null;
        if (output is { Length: > 0 })
        {
            json.WriteString("output"u8, output);
        }

        json.WriteString("status"u8, tool.IsError || Member(about, "status") is { ValueKind: JsonValueKind.String } status && status.ValueEquals("failed"u8)
            ? "failed"u8 : "completed"u8);
        foreach (string name in (ReadOnlySpan<string>)["exitCode", "durationMs", "cwd"])
        {
            if (Member(about, name) is { ValueKind: not JsonValueKind.Undefined } value)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }
    }

    private static void WritePatch(Utf8JsonWriter json, RunToolEndedEvent tool, JsonElement summary)
    {
        json.WriteString("itemId"u8, $"patch:{tool.ToolCallId}");
        json.WriteString("phase"u8, "end"u8);
        json.WriteString("title"u8, MetaOf(tool.Name, tool.Title) is { } meta ? $"patch {meta}" : "apply patch");
        json.WriteString("toolCallId"u8, tool.ToolCallId);
        json.WriteString("name"u8, tool.Name);
        List<string> parts = [];
        foreach (JsonProperty kind in summary.EnumerateObject())
        {
            kind.WriteTo(json);
            if (kind.Value.GetArrayLength() is > 0 and int count)
            {
                parts.Add($"{count} {kind.Name}");
            }
        }

        json.WriteString("summary"u8, parts.Count > 0 ? string.Join(", ", parts) : "no file changes recorded");
    }

    private static JsonElement Member(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out JsonElement value) ? value : default;

    private static void SendTool(
        Broadcaster broadcaster,
        SessionEvents sessions,
        RunEvent tool,
        Action<Utf8JsonWriter> data)
    {
        void Members(Utf8JsonWriter json) => RunEventEncoder.WriteAgent(json, tool, tool.Seq, "tool", data);
        byte[] open = FrameWriter.OpenEvent("agent", json =>
        {
            json.WriteStartObject();
            Members(json);
            json.WriteEndObject();
        });
        broadcaster.ToRequester(open, tool.Run.Request.ConnectionId);
        sessions.Tool(tool.Run.SessionKey, Members, tool.Run.Request.ConnectionId);
    }

    private static void WriteItem(
        Utf8JsonWriter json,
        string callId,
        string name,
        string title,
        string phase,
        string status)
    {
        json.WriteString("kind"u8, "tool"u8);
        json.WriteString("itemId"u8, $"tool:{callId}");
        json.WriteString("toolCallId"u8, callId);
        json.WriteString("name"u8, name);
        json.WriteString("phase"u8, phase);
        string? meta = MetaOf(name, title);
        json.WriteString("title"u8, meta is null ? TitleOf(name) : $"{TitleOf(name)} {meta}");
        json.WriteString("status"u8, status);
        if (meta is not null)
        {
            json.WriteString("meta"u8, meta);
        }

        json.WriteBoolean("commandBearing"u8, IsCommand(name));
    }

    private static void WriteElement(Utf8JsonWriter json, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
        {
            json.WriteStartObject();
            json.WriteEndObject();
            return;
        }

        element.WriteTo(json);
    }
}

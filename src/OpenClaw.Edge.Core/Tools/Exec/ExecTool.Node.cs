using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <content>Commands of a session that is bound to a node (<c>sessions.create</c> with <c>execNode</c>), or of <c>tools.exec.host</c> "node".
/// Words for the model are the original's where it has some.</content>
public sealed partial class ExecTool
{
    private const int MaxNodeSeconds = 590; // node.invoke waits ten minutes at most

    private async Task<ToolResult> RunOnNodeAsync(
        ToolCallContext context, JsonElement arguments, ExecConfig config, string command, CancellationToken cancellationToken)
    {
        if (context.ExecNode is null && (config.Host != "node" || context.IsSandboxed))
        {
            return ToolResult.Error(
                $"exec: host \"node\" is not allowed here (tools.exec.host is {config.Host}{(context.IsSandboxed ? ", and this session is sandboxed" : "")}); leave host out");
        }

        if (parts.FindNode is not { } find || parts.RunOnNode is not { } run)
        {
            return ToolResult.Error("exec host=node requires a paired node (none available). Leave host out, or tell the person to start one: openclaw node run");
        }

        (string? id, string problem) = find(context.ExecNode);
        if (id is null)
        {
            return ToolResult.Error($"exec: {problem}");
        }

        string? folder = ToolJson.Text(arguments, "workdir") is { Length: > 0 } asked ? asked : context.ExecFolder;
        ApprovalRequest request = new()
        {
            Command = command,
            Directory = folder,
            Host = "node",
            NodeId = id,
            AgentId = context.SessionKey.AgentId,
            SessionKey = context.SessionKey.Text,
            EnvKeys = [.. EnvOf(arguments).Keys],
        };
        string? ask = ToolJson.Text(arguments, "ask") is { Length: > 0 } harder ? harder : null;
        if (await parts.Guard.ClearForNodeAsync(request, config, ask, context.OnApproval, cancellationToken) is { } refusal)
        {
            return ToolResult.Error(refusal);
        }

        double seconds = arguments.TryGetProperty("timeoutSeconds", out JsonElement given) && given.GetDouble() is > 0 and double wished ? wished : config.TimeoutSeconds;
        TimeSpan timeout = TimeSpan.FromSeconds(Math.Min(seconds, MaxNodeSeconds));
        long began = parts.Time.GetTimestamp();
        NodeAnswer answer = await run(id, ParamsOf(context, arguments, command, folder, timeout), timeout + TimeSpan.FromSeconds(5), cancellationToken);
        return answer.Message is { } failed
            ? ToolResult.Error($"Node: {id}\nexec failed there: {failed}")
            : OfNode(context, id, folder, answer.Payload, parts.Time.GetElapsedTime(began));
    }

    private static JsonElement ParamsOf(ToolCallContext context, JsonElement arguments, string command, string? folder, TimeSpan timeout) => ToolJson.Object(json =>
    {
        json.WriteStartArray("command"u8);
        json.WriteStringValue("/bin/sh"u8);
        json.WriteStringValue("-lc"u8);
        json.WriteStringValue(command);
        json.WriteEndArray();
        json.WriteString("rawCommand"u8, command);
        if (folder is not null)
        {
            json.WriteString("cwd"u8, folder);
        }

        if (arguments.TryGetProperty("env", out JsonElement env))
        {
            json.WritePropertyName("env"u8);
            env.WriteTo(json);
        }

        json.WriteNumber("timeoutMs"u8, (long)timeout.TotalMilliseconds);
        json.WriteString("agentId"u8, context.SessionKey.AgentId);
        json.WriteString("sessionKey"u8, context.SessionKey.Text);
        json.WriteBoolean("approved"u8, true);
        json.WriteBoolean("suppressNotifyOnExit"u8, true);
    });

    private static ToolResult OfNode(ToolCallContext context, string id, string? folder, JsonElement payload, TimeSpan took)
    {
        string output = $"{ToolJson.Text(payload, "stdout")}{ToolJson.Text(payload, "stderr")}".TrimEnd();
        bool timedOut = payload.TryGetProperty("timedOut", out JsonElement late) && late.ValueKind == JsonValueKind.True;
        int? code = payload.TryGetProperty("exitCode", out JsonElement exit) && exit.TryGetInt32(out int number) ? number : null;
        int room = Math.Max(400, context.MaxResultChars - 300);
        string shown = output.Length <= room ? output : $"[… {output.Length - room} characters before]\n{output[^room..]}";
        string note = timedOut ? "\n\nCommand timed out."
            : code is not null and not 0 ? string.Create(CultureInfo.InvariantCulture, $"\n\n(Command exited with code {code})")
            : "";
        return new ToolResult(
            $"Node: {id}\n{(shown.Length == 0 && note.Length == 0 ? "(no output)" : shown)}{note}",
            timedOut,
            ToolJson.Object(json =>
            {
                json.WriteString("status"u8, !timedOut && code == 0 ? "completed"u8 : "failed"u8);
                if (code is { } known)
                {
                    json.WriteNumber("exitCode"u8, known);
                }

                json.WriteNumber("durationMs"u8, (long)took.TotalMilliseconds);
                json.WriteString("aggregated"u8, shown);
                json.WriteString("nodeId"u8, id);
                json.WriteBoolean("timedOut"u8, timedOut);
                if (folder is not null)
                {
                    json.WriteString("cwd"u8, folder);
                }
            }));
    }
}

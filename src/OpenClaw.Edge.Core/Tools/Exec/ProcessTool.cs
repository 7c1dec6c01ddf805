using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Looks after commands that <c>exec</c> left running: lists them, reads their output, writes to them, ends them.
/// Sees those of the same agent only; in a sandboxed session, those of the session only.</summary>
public sealed class ProcessTool(ToolParts parts) : ITool
{
    private const int DefaultLines = 200;
    private const int LongestPollMs = 30_000;
    private const int MaxLine = 64 * 1024; // guess: longer is no text that anybody reads by lines

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "process",
        "Look after background commands started by exec.",
        """{"type":"object","properties":{"action":{"type":"string","enum":["list","poll","log","write","submit","kill","clear","remove"]},"sessionId":{"type":"string"},"data":{"type":"string"},"eof":{"type":"boolean"},"timeout":{"type":"integer","minimum":0,"description":"poll: ms to wait"},"offset":{"type":"integer","minimum":0},"limit":{"type":"integer","minimum":1}},"required":["action"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"process {ToolJson.Text(arguments, "action")} {ToolJson.Text(arguments, "sessionId")}".TrimEnd();

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        string action = ToolJson.Text(arguments, "action");
        if (action == "list")
        {
            return List(context);
        }

        string id = ToolJson.Text(arguments, "sessionId");
        if (parts.Processes.Find(context.SessionKey.AgentId, id) is not { } session || !IsVisible(session, context))
        {
            return ToolResult.Error(id.Length == 0
                ? $"process {action} needs sessionId; process list shows them"
                : $"there is no command with sessionId '{id}'; process list shows those that are there");
        }

        switch (action)
        {
            case "poll":
                return await PollAsync(session, context, arguments, cancellationToken);
            case "log":
                return Log(session, context, arguments);
            case "write" or "submit":
                return await WriteAsync(session, action, arguments, cancellationToken);
            case "kill":
                await session.StopAsync();
                return new ToolResult($"Ended {session.Id}.", Details: Describe(session));
            case "clear" when !session.Ended.IsCompleted:
                return ToolResult.Error($"{session.Id} still runs; use kill or remove");
            default:
                await parts.Processes.RemoveAsync(session);
                return new ToolResult($"Removed {session.Id}.", Details: Describe(session));
        }
    }

    // What a sandboxed session could read of others would be a way out of its sandbox.
    private static bool IsVisible(ExecSession session, ToolCallContext context) =>
        !context.IsSandboxed || session.Request.SessionKey == context.SessionKey.Text;

    private ToolResult List(ToolCallContext context)
    {
        StringBuilder text = new();
        IReadOnlyList<ExecSession> sessions = [.. parts.Processes.Of(context.SessionKey.AgentId).Where(session => IsVisible(session, context))];
        foreach (ExecSession session in sessions)
        {
            TimeSpan age = (session.EndedAt ?? parts.Time.GetUtcNow()) - session.StartedAt;
            string line = session.Request.Command.ReplaceLineEndings(" ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{session.Id} {session.Status} {age.TotalSeconds:0}s {(line.Length > 100 ? line[..99] + "…" : line)}\n");
        }

        return new ToolResult(
            sessions.Count == 0 ? "No running or recent commands." : text.ToString().TrimEnd(),
            Details: ToolJson.Object(json =>
            {
                json.WriteString("status"u8, "completed"u8);
                json.WriteStartArray("sessions"u8);
                foreach (ExecSession session in sessions)
                {
                    Describe(session).WriteTo(json);
                }

                json.WriteEndArray();
            }));
    }

    private async Task<ToolResult> PollAsync(ExecSession session, ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        int wait = Math.Min(ToolJson.Integer(arguments, "timeout") ?? 0, LongestPollMs);
        try
        {
            if (wait > 0)
            {
                await session.Ended.WaitAsync(TimeSpan.FromMilliseconds(wait), parts.Time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // what is there is the answer
        }

        bool ended = session.Ended.IsCompleted;
        string output = session.Drain(Math.Max(400, context.MaxResultChars - 200)).TrimEnd();
        string state = ended
            ? string.Create(CultureInfo.InvariantCulture, $"Process exited with code {session.Exit.ExitCode}.{(session.TimedOut ? " It had run out of time." : "")}")
            : $"Process still running{(session.TakesInput ? "; it takes input" : "")}.";
        return new ToolResult($"{(output.Length == 0 ? "(no new output)" : output)}\n\n{state}", Details: Describe(session));
    }

    private static ToolResult Log(ExecSession session, ToolCallContext context, JsonElement arguments)
    {
        int? offset = ToolJson.Integer(arguments, "offset");
        int limit = ToolJson.Integer(arguments, "limit") ?? (offset is null ? DefaultLines : int.MaxValue);
        long from = 0;
        List<string> page = [];
        int lines = 0;
        int chars = 0;
        StringBuilder partial = new();
        bool full = false;
        int first = offset ?? 0;
        Queue<string> last = new();
        while (session.Output.Read(ref from, 64 * 1024) is { Length: > 0 } bytes)
        {
            from += bytes.Length;
            partial.Append(OutputText.Clean(bytes));
            string[] pieces = partial.ToString().Split('\n');
            partial.Clear().Append(pieces[^1]);
            foreach (string line in pieces[..^1])
            {
                Take(line);
            }

            if (partial.Length > MaxLine)
            {
                Take(partial.ToString()); // no end in sight: it goes on as the next line
                partial.Clear();
            }
        }

        if (partial.Length > 0)
        {
            Take(partial.ToString());
        }

        string[] shown = offset is null ? [.. last] : [.. page];
        int start = offset is null ? lines - shown.Length : first;
        string text = OutputText.Fit(string.Join('\n', shown), Math.Max(400, context.MaxResultChars - 200), "");
        return new ToolResult(
            shown.Length == 0 ? "(no output at this place)" : text + string.Create(CultureInfo.InvariantCulture, $"\n[lines {start}-{start + shown.Length - 1} of {lines}{(full ? "; more with offset" : "")}]"),
            Details: Describe(session));

        void Take(string line)
        {
            if (offset is null)
            {
                last.Enqueue(line.Length > 2000 ? line[..2000] + "…" : line);
                if (last.Count > Math.Min(limit, 2000))
                {
                    last.Dequeue();
                }
            }
            else if (lines >= first && page.Count < limit && chars < context.MaxResultChars)
            {
                page.Add(line);
                chars += line.Length + 1;
            }
            else if (lines >= first)
            {
                full = true;
            }

            lines++;
        }
    }

    private static async Task<ToolResult> WriteAsync(ExecSession session, string action, JsonElement arguments, CancellationToken cancellationToken)
    {
        if (!session.TakesInput)
        {
            return ToolResult.Error(session.Ended.IsCompleted
                ? $"{session.Id} has ended"
                : $"{session.Id} was started without input; start it with background:true or pty:true to write to it");
        }

        string data = ToolJson.Text(arguments, "data") + (action == "submit" ? "\r" : "");
        bool end = arguments.TryGetProperty("eof", out JsonElement eof) && eof.ValueKind == JsonValueKind.True;
        int bytes = Encoding.UTF8.GetByteCount(data);
        int put = await session.WriteAsync(data, end, cancellationToken);
        return put == bytes
            ? new ToolResult(string.Create(CultureInfo.InvariantCulture, $"Wrote {put} bytes to {session.Id}{(end ? " and ended its input" : "")}."), Details: Describe(session))
            : ToolResult.Error(string.Create(CultureInfo.InvariantCulture, $"{session.Id} took {put} of {bytes} bytes; it does not read its input"));
    }

    private static JsonElement Describe(ExecSession session) => ToolJson.Object(json =>
    {
        json.WriteString("sessionId"u8, session.Id);
        json.WriteString("status"u8, session.Status);
        json.WriteString("command"u8, session.Request.Command);
        json.WriteString("cwd"u8, session.Request.Directory);
        json.WriteNumber("startedAt"u8, session.StartedAt.ToUnixTimeMilliseconds());
        if (session.Pid is { } pid)
        {
            json.WriteNumber("pid"u8, pid);
        }

        if (session.EndedAt is { } ended)
        {
            json.WriteNumber("endedAt"u8, ended.ToUnixTimeMilliseconds());
            json.WriteNumber("exitCode"u8, session.Exit.ExitCode);
        }
    });
}

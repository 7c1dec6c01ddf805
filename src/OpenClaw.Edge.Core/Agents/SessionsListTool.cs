using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Lists the sessions in reach, newest first.</summary>
internal sealed class SessionsListTool(Func<RunRegistry> runs) : ITool
{
    private const int DefaultRows = 20; // guess: what a 4k window bears
    private const int MaxScanned = 1000;

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "sessions_list",
        "List conversations.",
        """{"type":"object","properties":{"search":{"type":"string"},"agentId":{"type":"string"},"limit":{"type":"integer","minimum":1},"offset":{"type":"integer","minimum":0}}}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => "list sessions";

    /// <inheritdoc />
    public ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        AgentRuntime runtime = runs().Runtime;
        int limit = Math.Clamp(SessionTools.Whole(arguments, "limit") ?? DefaultRows, 1, 200);
        int offset = Math.Max(0, SessionTools.Whole(arguments, "offset") ?? 0);
        SessionPage page = runtime.Sessions.List(new SessionQuery
        {
            AgentId = SessionTools.Text(arguments, "agentId") is { Length: > 0 } agent ? agent.ToLowerInvariant() : null,
            Search = SessionTools.Text(arguments, "search"),
            Limit = MaxScanned,
        });
        SessionRow[] seen = [.. page.Rows.Where(row => SessionReach.Refusal(runtime, context, row.Key, row) is null)];
        DateTimeOffset now = runtime.Time.GetUtcNow();
        StringBuilder text = new();
        int shown = 0;
        foreach (SessionRow row in seen.Skip(offset).Take(limit))
        {
            TimeSpan age = now - DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAtMs);
            string name = row.Label ?? row.DisplayName ?? row.DerivedTitle ?? "";
            string line = string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Key.Text}{(row.Key == context.SessionKey ? " (this one)" : "")}: {(name.Length > 0 ? $"{ConversationText.Shorten(name, 80)}, " : "")}{row.MessageCount} messages, {Age(age)}{(row.Status == SessionStatus.Running ? ", running" : "")}\n");
            if (text.Length + line.Length > context.MaxResultChars)
            {
                break;
            }

            text.Append(line);
            shown++;
        }

        text.Append(shown == 0 ? "no session matches" : offset + shown < seen.Length ? $"[{offset + shown} of {seen.Length}; more with offset {offset + shown}]" : "");
        return ValueTask.FromResult(new ToolResult(text.ToString().TrimEnd('\n')));
    }

    private static string Age(TimeSpan age) =>
        age.TotalMinutes < 1 ? "just now"
        : age.TotalHours < 1 ? $"{(int)age.TotalMinutes} min ago"
        : age.TotalDays < 1 ? $"{(int)age.TotalHours} h ago"
        : $"{(int)age.TotalDays} d ago";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Lets the model note what should last before old history is summarized: a silent exchange in which it may write to its
/// memory files and nowhere else, and what is there is added to, never replaced. Once a compaction. Used by one turn only.
/// Source: docs/tools.md, memory flush.</summary>
internal sealed partial class MemoryFlush(AgentRuntime runtime, ModelChoice choice, ModelRequest call, ToolCallContext context, CompactionConfig settings)
{
    private const string CountMember = "memoryFlushCompactionCount"; // the original's name
    private const int MaxRounds = 3;
    private const int MaxAnswerBytes = 64 * 1024;
    private const int MaxFileBytes = 256 * 1024;

    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");

    /// <summary>The flush of a turn; null when it is off, or when the session cannot write its memory.</summary>
    public static MemoryFlush? For(
        AgentRuntime runtime, ModelChoice choice, ModelRequest call, ToolPolicy policy, ToolCallContext context, CompactionConfig settings) =>
        settings is { Enabled: true, MemoryFlush: true } && policy.Allows("write") && call.Tools.Any(tool => tool.Name == "write")
        && !SubagentDesk.IsSubagent(context.SessionKey) && !context.SessionKey.IsIncognito && !context.IsSandboxed
            ? new MemoryFlush(runtime, choice, call, context, settings)
            : null;

    /// <summary>Whether a history that leaves so much room should be noted now.</summary>
    /// <param name="free">Tokens that the next messages could still take.</param>
    /// <param name="all">Tokens that messages may take.</param>
    public bool IsDue(int free, int all) =>
        free < Math.Min(settings.MemoryFlushSoftThresholdTokens, all / 4) && runtime.Sessions.Find(context.SessionKey) is { } row && Flushed(row) != row.CompactionCount;

    /// <summary>Asks the model and writes its notes. Failures are logged; the turn goes on.</summary>
    public async Task RunAsync(Turn turn, List<PromptMessage> past, CancellationToken cancellationToken)
    {
        SessionRow? row = runtime.Sessions.Find(context.SessionKey);
        using JsonDocument count = JsonDocument.Parse((row?.CompactionCount ?? 0).ToString(CultureInfo.InvariantCulture));
        await runtime.Sessions.PatchAsync( // first: a flush that breaks is not tried at every turn
            context.SessionKey,
            new SessionPatch { Extra = new Dictionary<string, JsonElement?> { [CountMember] = count.RootElement.Clone() } },
            cancellationToken);
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(settings.TimeoutSeconds), runtime.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            int written = await AskAsync(turn, past, either.Token);
            Log.Flushed(_logger, context.SessionKey.Text, written);
        }
        catch (ProviderException exception)
        {
            Log.Failed(_logger, context.SessionKey.Text, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Failed(_logger, context.SessionKey.Text, $"the model took longer than {settings.TimeoutSeconds} s");
        }
    }

    private async Task<int> AskAsync(Turn turn, List<PromptMessage> past, CancellationToken cancellationToken)
    {
        string today = runtime.Time.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        List<PromptMessage> messages = PromptHistory.Alternate(
        [
            .. past,
            new()
            {
                Role = PromptRole.User,
                Text = "[Memory flush; not from the person] The older part of this conversation will be summarized soon. Write what should be remembered for good "
                    + $"(facts, decisions, wishes, open tasks) to memory/{today}.md with the write tool; it is added to what is there. Write nothing else. If there is nothing, answer NO_REPLY.",
            },
        ]);
        int written = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            (string text, List<ToolCall> calls, ModelFinish? finish) = await ModelText.AskAsync(
                runtime.Models, choice, call with { Messages = [.. messages] }, MaxAnswerBytes, cancellationToken);
            if (finish is not null)
            {
                turn.Count(finish);
            }

            calls = calls.Count > 0 ? calls : PlainCalls.Read(text, call.Tools);
            if (calls.Count == 0)
            {
                return written;
            }

            messages.Add(new PromptMessage { Role = PromptRole.Assistant, ToolCalls = calls });
            foreach (ToolCall wanted in calls)
            {
                ToolResult result = await WriteAsync(wanted, cancellationToken);
                written += result.IsError ? 0 : 1;
                messages.Add(new PromptMessage { Role = PromptRole.Tool, ToolCallId = wanted.Id, ToolName = wanted.Name, Text = result.Text });
            }
        }

        return written;
    }

    private async Task<ToolResult> WriteAsync(ToolCall wanted, CancellationToken cancellationToken)
    {
        if (wanted.Name != "write" || !runtime.Tools.TryGet("write", out ITool? write))
        {
            return ToolResult.Error("only write can be called now, for files in memory/");
        }

        if (!ToolArguments.TryRead(write.Spec, wanted.ArgumentsJson, out JsonElement arguments, out string problem))
        {
            return ToolResult.Error(problem);
        }

        string path = SessionTools.Text(arguments, "path").Replace('\\', '/');
        path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        bool memory = path == "MEMORY.md"
            || (path.StartsWith("memory/", StringComparison.Ordinal) && path.EndsWith(".md", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal));
        return memory
            ? await ToolInvocation.CallAsync(runtime.Tools.Sandbox, write, context, Added(path, SessionTools.Text(arguments, "content")), cancellationToken)
            : ToolResult.Error($"'{path}' is not a memory file; write to memory/ only");
    }

    private JsonElement Added(string path, string content)
    {
        string before = "";
        try
        {
            using WorkspaceFiles files = context.OpenFiles(path);
            before = Encoding.UTF8.GetString(files.ReadFile(files.Parse(path), MaxFileBytes));
        }
        catch (WorkspaceException)
        {
            // there is none yet
        }

        string all = before.Length == 0 || content.Contains(before.Trim(), StringComparison.Ordinal) ? content
            : before.Contains(content.Trim(), StringComparison.Ordinal) ? before
            : $"{before.TrimEnd()}\n\n{content}";
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            json.WriteString("content", all.EndsWith('\n') ? all : all + "\n");
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private static int Flushed(SessionRow row) =>
        row.Extra is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty(CountMember, out JsonElement count) && count.TryGetInt32(out int number) ? number : -1;

    private static partial class Log
    {
        [LoggerMessage(1842, LogLevel.Information, "Session {Key}: {Count} notes were written to memory before its history is summarized.")]
        public static partial void Flushed(ILogger logger, string key, int count);

        [LoggerMessage(1843, LogLevel.Warning, "Session {Key}: memory could not be written before a compaction ({Problem}); the turn goes on.")]
        public static partial void Failed(ILogger logger, string key, string problem);
    }
}

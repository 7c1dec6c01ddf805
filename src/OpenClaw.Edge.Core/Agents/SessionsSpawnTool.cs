using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Gives a task to a sub-agent, which works in a session of its own and reports back. Sub-agents start none.</summary>
internal sealed class SessionsSpawnTool(Func<RunRegistry> runs) : ITool
{
    private const string Instruction =
        "You are a sub-agent. Do the task alone, then answer with its result and nothing else: whoever gave it reads only that. Nobody answers questions.";

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "sessions_spawn",
        "Give a long task to a background sub-agent; its result comes as a later message.",
        """{"type":"object","properties":{"task":{"type":"string"},"label":{"type":"string"},"agentId":{"type":"string"},"model":{"type":"string"},"runTimeoutSeconds":{"type":"integer","minimum":0},"cleanup":{"type":"string","enum":["keep","delete"]}},"required":["task"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) =>
        $"spawn {(SessionTools.Text(arguments, "label") is { Length: > 0 } label ? label : ConversationText.Shorten(SessionTools.Text(arguments, "task"), 60))}";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        RunRegistry registry = runs();
        AgentRuntime runtime = registry.Runtime;
        EdgeConfig config = runtime.Config();
        SessionKey parent = context.SessionKey;
        string task = SessionTools.Text(arguments, "task");
        string agentId = SessionTools.Text(arguments, "agentId") is { Length: > 0 } other ? other.ToLowerInvariant() : parent.AgentId;
        if (Problem(runtime, config, context, task, agentId) is string problem)
        {
            return ToolResult.Error(problem);
        }

        (string? model, string? warning) = Model(runtime, config, agentId, SessionTools.Text(arguments, "model"));
        int seconds = SessionTools.Whole(arguments, "runTimeoutSeconds")
            ?? (SubagentDesk.Setting(config, agentId, "runTimeoutSeconds") is { ValueKind: JsonValueKind.Number } set && set.TryGetInt32(out int given) ? given : 0);
        SessionKey key = SubagentDesk.NewKey(agentId, parent);
        string label = SessionTools.Text(arguments, "label") is { Length: > 0 } named ? ConversationText.Shorten(named, 80) : ConversationText.Shorten(task, 80);
        bool announce = !(arguments.TryGetProperty("expectsCompletionMessage", out JsonElement expects) && expects.ValueKind == JsonValueKind.False);
        string runId = Guid.NewGuid().ToString();
        using JsonDocument by = JsonDocument.Parse($"\"{JsonEncodedText.Encode(parent.Text)}\"");
        await runtime.Sessions.GetOrCreateAsync(key, cancellationToken);
        await runtime.Sessions.PatchAsync(
            key,
            new SessionPatch
            {
                DisplayName = Optional.Of<string?>(label),
                Extra = new Dictionary<string, JsonElement?>
                {
                    [SessionReach.SpawnedBy] = by.RootElement.Clone(),
                    [OpenWork.Member] = OpenWork.Mark(runId, announce),
                },
            },
            cancellationToken);
        RunRequest request = new()
        {
            RunId = runId,
            SessionKey = key,
            Message = task,
            Source = "subagent",
            Model = model,
            Timeout = seconds > 0 ? TimeSpan.FromSeconds(seconds) : null,
            ExtraSystemPrompt = Instruction,
        };
        SubagentChild child = new(parent, key, label, request, announce, SessionTools.Text(arguments, "cleanup") == "delete");
        if (registry.Subagents.TryTake(child) is not { } before)
        {
            await runtime.Sessions.DeleteAsync(key, CancellationToken.None);
            return ToolResult.Error("this session has as many sub-agents as it may have; wait for one to end (agents.defaults.subagents.maxChildrenPerAgent)");
        }

        string accepted = before >= SubagentDesk.DefaultConcurrent ? $"accepted, {before} before it" : "accepted";
        return new ToolResult($"{accepted}: {key.Text}. Go on or answer; its result comes as a message.{warning}");
    }

    private static string? Problem(AgentRuntime runtime, EdgeConfig config, ToolCallContext context, string task, string agentId)
    {
        SessionKey parent = context.SessionKey;
        if (task.Length == 0)
        {
            return "task is empty; say what is to be done, with all that is needed to do it";
        }

        if (SubagentDesk.IsSubagent(parent))
        {
            return "a sub-agent starts no sub-agents";
        }

        if (!runtime.Agents().TryGet(agentId, out AgentEntry? agent))
        {
            return $"there is no agent {agentId}; there are: {string.Join(", ", runtime.Agents().All.Select(one => one.Id))}";
        }

        bool allowed = agentId == parent.AgentId
            || (SubagentDesk.Setting(config, parent.AgentId, "allowAgents") is { ValueKind: JsonValueKind.Array } list
                && list.EnumerateArray().Any(name => name.ValueEquals("*") || string.Equals(name.ToString(), agentId, StringComparison.OrdinalIgnoreCase)));
        bool escapes = context.IsSandboxed && runtime.Tools.Sandbox?.Covers(agent.ScopeOf(SubagentDesk.NewKey(agentId))) != true;
        return !allowed ? $"agent {agentId} may not be used from here (subagents.allowAgents)"
            : escapes ? $"this session is sandboxed and agent {agentId} is not; that would be a way out"
            : null;
    }

    private static (string? Model, string? Warning) Model(AgentRuntime runtime, EdgeConfig config, string agentId, string asked)
    {
        string? wish = asked.Length > 0 ? asked
            : SubagentDesk.Setting(config, agentId, "model") is { } set ? set.ValueKind == JsonValueKind.Object && set.TryGetProperty("primary", out JsonElement primary) ? primary.GetString() : set.GetString()
            : null;
        return wish is null || runtime.Models.Catalog.TryResolve(wish, out _, out _)
            ? (wish, null)
            : (null, $" There is no model {wish}, so it uses the agent's.");
    }
}

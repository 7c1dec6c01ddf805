using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Lets a model keep the progress card of its session. Offered where <c>tools.updatePlan</c> is true: every tool costs a small
/// model room. Never to sub-agents.</summary>
/// <param name="runs">The registry; asked when the tool is called, because it is made after its tools.</param>
/// <param name="changed">Told when a card has changed, with the card or null.</param>
public sealed class ProgressCardTool(Func<RunRegistry> runs, Action<SessionKey, JsonElement?> changed) : ITool
{
    /// <summary>Its name.</summary>
    public const string Name = "progress_card";

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        Name,
        "Replace this session's progress card, shown to the user: a plan of steps, a markdown note, or both; nothing clears it. Only for work of several steps; update it when a step is done.",
        """{"type":"object","properties":{"markdown":{"type":"string"},"plan":{"type":"array","maxItems":50,"items":{"type":"object","properties":{"step":{"type":"string"},"status":{"type":"string","enum":["pending","in_progress","completed"]}},"required":["step","status"]}}}}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => "progress card";

    /// <inheritdoc />
    public bool IsOffered(SessionKey session)
    {
        EdgeConfig config = runs().Runtime.Config();
        ToolsConfig? own = null;
        foreach (AgentConfig agent in config.Agents.List)
        {
            own = agent.Id == session.AgentId ? agent.Tools : own;
        }

        return (own?.UpdatePlan ?? config.Tools.UpdatePlan ?? false) && !SubagentDesk.IsSubagent(session);
    }

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        if (ProgressCard.Read(arguments, out JsonElement wanted) is { } problem)
        {
            return ToolResult.Error(problem);
        }

        AgentRuntime runtime = runs().Runtime;
        JsonElement? card = await ProgressCard.PutAsync(
            runtime.Sessions, context.SessionKey, wanted, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        changed(context.SessionKey, card);
        if (card is not { } now)
        {
            return new ToolResult("Progress card cleared");
        }

        (int done, int all) = ProgressCard.Count(now);
        long revision = now.GetProperty("revision"u8).GetInt64();
        return new ToolResult(all > 0 ? $"Progress card updated (rev {revision}, {done}/{all} done)" : $"Progress card updated (rev {revision})");
    }
}

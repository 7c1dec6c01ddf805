using System.Globalization;
using System.Text;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Skills;

namespace OpenClaw.Edge.Agents;

/// <content>How a model's window is divided, and what is in it.</content>
internal sealed partial class AgentLoop
{
    /// <summary>Compacts a session outside a turn.</summary>
    public Task<CompactionOutcome> CompactAsync(SessionKey key, AgentEntry agent, string? focus, CancellationToken cancellationToken)
    {
        EdgeConfig config = runtime.Config();
        SessionRow? row = runtime.Sessions.Find(key);
        ModelChoice choice = row?.ModelOverride is { Length: > 0 } named ? ModelChoice.Only(named) : new ModelChoice(agent.Model, agent.Fallbacks);
        int window = Window(Describe(choice), config);
        CompactionRequest request = CompactionOf(key, choice, window, config);
        return parts.Compactor.CompactAsync(
            request with { Focus = focus, KeepTokens = Math.Min(config.Agents.Defaults.Compaction.KeepRecentTokens ?? 20_000, window / 4) },
            cancellationToken);
    }

    /// <summary>What takes up the model's window in the session's next turn, for a person.</summary>
    public string DescribeContext(SessionKey key, AgentEntry agent, bool detail)
    {
        EdgeConfig config = runtime.Config();
        SessionRow? row = runtime.Sessions.Find(key);
        RunRequest probe = new() { RunId = "context", SessionKey = key, Message = "", Source = "chat" };
        ModelChoice choice = Choose(probe, row, agent);
        ModelInfo? model = Describe(choice);
        int window = Window(model, config);
        IReadOnlyList<ToolSpec> tools = model is { Tools: false } ? [] : PromptBuilder.Tools(runtime.Tools, agent.ToolsIn(key, runtime.Tools.Sandbox, SessionModel.Canonical(runtime.Models.Catalog, RefOf(choice))), probe, SessionModel.CanView(model, config));
        int all = tools.Count;
        ToolShelf? shelf = ToolShelf.Make(ref tools, [], agent.ToolSearch, window);
        string? place = runtime.Tools.Sandbox?.Notice(agent.ScopeOf(key));
        string skills = SkillText(SkillsOf(agent, tools), agent, place is not null, window, config);
        string system = PromptBuilder.System(
            agent, config, tools.Count > 0, Extra(shelf, window, probe), runtime.Time.GetLocalNow(), place, skills: skills, subagent: SubagentDesk.IsSubagent(key));
        ContextBudget budget = ContextBudget.Of(
            window, model is { ContextWindow: > 0 }, system, tools, null, config.Agents.Defaults.Compaction, parts.Calibration.Ratio(RefOf(choice)));
        List<PastTurn> past = parts.History.Read(key, parts.IsActive, budget.Messages);
        int prompt = TokenEstimate.Of(system);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{RefOf(choice)}: window {window} tokens{(budget.WindowIsKnown ? "" : " (assumed)")}\n");
        text.Append(CultureInfo.InvariantCulture, $"System prompt: {prompt} tokens ({system.Length} characters{(skills.Length == 0 ? "" : $", {skills.Length} of them skills")})\n");
        text.Append(CultureInfo.InvariantCulture, $"Tools: {budget.Fixed - prompt} tokens ({tools.Count} tools{(shelf is null ? "" : $" that stand for {all}")})\n");
        text.Append(CultureInfo.InvariantCulture, $"History: {past.Sum(turn => turn.Cost)} tokens in {past.Count} turns; there is room for {budget.Messages}\n");
        text.Append(CultureInfo.InvariantCulture, $"Kept free for the answer: {budget.Answer} tokens; the server counts {budget.Ratio:0.00} for one estimated");
        foreach (ToolSpec tool in detail ? tools : [])
        {
            ModelRequest one = new() { Model = "", Messages = [], Tools = [tool] };
            text.Append(CultureInfo.InvariantCulture, $"\n  {tool.Name}: {TokenEstimate.Of(one)}");
        }

        return text.ToString();
    }

    // A model that cannot read files has no use for skills.
    private SkillSet SkillsOf(AgentEntry agent, IReadOnlyList<ToolSpec> tools) =>
        runtime.Skills is null || !tools.Any(tool => tool.Name == "read") ? SkillSet.Empty : runtime.Skills.Of(agent.Id);

    // In a sandbox the workspace may be another one; then whole paths are told, which the read tool knows.
    private static string SkillText(SkillSet skills, AgentEntry agent, bool sandboxed, int window, EdgeConfig config) =>
        SkillPrompt.Of(
            skills, sandboxed ? null : agent.Workspace, config.Skills.MaxSkillsInPrompt, SkillPrompt.Budget(config.Skills.MaxSkillsPromptChars, window));

    private ContextBudget Budget(
        Turn turn, ModelInfo? model, EdgeConfig config, RunRequest request, ModelChoice choice, string system, IReadOnlyList<ToolSpec> tools)
    {
        bool known = model is { ContextWindow: > 0 } || config.Agents.Defaults.ContextTokens is > 0;
        ContextBudget budget = ContextBudget.Of(
            turn.Window, known, system, tools, request.Sampling.MaxTokens, config.Agents.Defaults.Compaction,
            parts.Calibration.Ratio(RefOf(choice)));
        if (budget.MessagesPercent < 20)
        {
            Log.LittleRoom(_logger, turn.Active.Run.Id, RefOf(choice), budget.Window, budget.MessagesPercent);
        }

        return budget;
    }

    // Of a turn that has its answer, as the original's: the estimate was about the prompt that made it.
    private void Report(Turn turn)
    {
        SessionKey key = turn.Active.Run.SessionKey;
        if (turn.Fill is { } fill && runtime.Sessions.Find(key) is { } row)
        {
            parts.Reports.Put(key, new ContextReport
            {
                AtMs = Now,
                ModelRef = turn.Requested ?? "",
                SessionId = row.SessionId,
                Revision = row.HistoryRevision,
                PromptTokens = fill.Prompt,
                WindowTokens = turn.Window,
                ReserveTokens = fill.Reserve,
                MessageCount = Math.Max(0, fill.Messages - 1),
            });
        }
    }

    private CompactionRequest CompactionOf(SessionKey key, ModelChoice choice, int window, EdgeConfig config)
    {
        CompactionConfig wish = config.Agents.Defaults.Compaction;
        ModelChoice summarizes = wish.Model is { Length: > 0 } named ? ModelChoice.Only(named) : choice;
        return new CompactionRequest
        {
            Key = key,
            Choice = summarizes,
            Window = wish.Model is null ? window : Window(Describe(summarizes), config),
            KeepTokens = 0,
            IsOpen = parts.IsActive,
            Trigger = "manual",
            Timeout = TimeSpan.FromSeconds(wish.TimeoutSeconds),
        };
    }

    private string RefOf(ModelChoice choice) => choice.Primary ?? runtime.Models.Catalog.DefaultModelRef ?? "";
}

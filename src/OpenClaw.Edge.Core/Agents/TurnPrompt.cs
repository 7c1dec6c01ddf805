using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>What a model is asked in one turn: the past, the messages to answer and the rounds so far, kept within its window. Old tool
/// results are cut first, then the past is compacted, then the rounds' own results are cut. Used by one loop only.</summary>
internal sealed partial class TurnPrompt(
    AgentRuntime runtime, ContextParts parts, Turn turn, ContextBudget budget, CompactionRequest compaction)
{
    private const int MaxCompactions = 2; // of one turn
    private const int FreshResults = 2; // results of the rounds that are cut last

    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");
    private readonly AgentDefaultsConfig _config = runtime.Config().Agents.Defaults;
    private readonly List<PromptMessage> _rounds = [];
    private List<PastTurn>? _past;
    private int _compactions;
    private int _shrinks;
    private double _scale = 1;
    private string? _urge;

    /// <summary>Notes what should last before history is summarized; null when nothing does.</summary>
    public MemoryFlush? Flush { get; init; }

    /// <summary>Whether a tool round has ended.</summary>
    public bool HasRounds => _rounds.Count > 0;

    private SessionKey Key => turn.Active.Run.SessionKey;

    private string Revision => runtime.Sessions.Find(Key)?.HistoryRevision ?? "";

    /// <summary>Adds what a round brought.</summary>
    public void Add(IEnumerable<PromptMessage> messages) => _rounds.AddRange(messages);

    /// <summary>Tells the model that this is its last call.</summary>
    public void AnswerNow()
    {
        const string Note = "\n[No more tool calls in this turn: answer now.]";
        if (!_rounds[^1].Text.EndsWith(Note, StringComparison.Ordinal))
        {
            _rounds[^1] = _rounds[^1] with { Text = _rounds[^1].Text + Note };
        }
    }

    /// <summary>Adds a word to what the model reads last, for the calls that follow; the last one stands, null takes it away.</summary>
    public void Urge(string? word) => _urge = word;

    /// <summary>The messages of the next call; <paramref name="begun"/> is awaited before anything is published. Throws <see cref="RunRefusedException"/> when the message alone does not fit.</summary>
    public async Task<List<PromptMessage>> NextAsync(Func<Task> begun, CancellationToken cancellationToken)
    {
        List<PromptMessage> current = PromptBuilder.Current(turn.Active);
        int said = current.Sum(PromptHistory.Cost);
        Preflight(said);
        int room = Room(said);
        List<PastTurn> past = Past(room);
        if (Flush is not null && !HasRounds && past.Count > 1 && Flush.IsDue(room - past.Sum(one => one.Cost), budget.Messages))
        {
            await begun();
            turn.Publisher.Phase("preparing_context");
            await Flush.RunAsync(turn, PromptHistory.Fit(past, Math.Max(room, 0)), cancellationToken);
        }

        if (IsOver(past, room) && _config.Compaction.Enabled && _compactions < MaxCompactions)
        {
            await begun();
            await CompactAsync("threshold", room / 2, willRetry: false, cancellationToken);
            past = Past(room);
        }

        if (_rounds.Count > 0 && room < 0)
        {
            TrimRounds(-room);
            room = Room(said);
        }

        parts.Pruning.Called(Key, Revision);
        List<PromptMessage> messages = PromptHistory.Fit(past, Math.Max(room, 0));
        messages.AddRange(current);
        messages.AddRange(_rounds); // which begin with a person where the turn had no words for the one before
        List<PromptMessage> prompt = PromptHistory.Alternate(messages);
        if (_urge is not null)
        {
            prompt[^1] = prompt[^1] with { Text = $"{prompt[^1].Text}\n\n{_urge}" };
        }

        turn.Fill = HasRounds ? turn.Fill : ((int)((budget.Fixed + prompt.Sum(PromptHistory.Cost)) * budget.Ratio), budget.Answer, prompt.Count);
        return prompt;
    }

    /// <summary>Makes room after the server said that the prompt does not fit: a compaction first, then half of everything.</summary>
    /// <returns>False when there is nothing left to give.</returns>
    public async Task<bool> ShrinkAsync(CancellationToken cancellationToken)
    {
        if (++_shrinks > 3)
        {
            return false;
        }

        int room = budget.Messages / 2;
        Log.TooLong(_logger, turn.Active.Run.Id, room);
        bool compacted = _compactions < MaxCompactions && await CompactAsync("overflow", room / 4, willRetry: true, cancellationToken);
        if (!compacted || _shrinks > 1)
        {
            _scale /= 2;
            TrimRounds(int.MaxValue);
        }

        _past = null;
        return true;
    }

    private int Room(int said) => (int)(budget.Messages * _scale) - said - _rounds.Sum(PromptHistory.Cost);

    private List<PastTurn> Past(int room)
    {
        _past ??= parts.History.Read(Key, IsOpen, budget.Messages);
        int over = _past.Sum(one => one.Cost) - Math.Max(room, 0);
        return parts.Pruning.Apply(Key, Revision, _past, _config.ContextPruning, budget.Window, over);
    }

    private bool IsOver(List<PastTurn> past, int room) =>
        past.Count > 0 && (past.Sum(one => one.Cost) > Math.Max(room, 0) || !parts.History.IsWhole(Key));

    // A run that this one answers along is no longer in the registry; its rows are not yet the past either.
    private bool IsOpen(string runId) =>
        parts.IsActive(runId) || turn.Active.Collected.Any(collected => collected.Run.Id == runId);

    private async Task<bool> CompactAsync(string trigger, int keepTokens, bool willRetry, CancellationToken cancellationToken)
    {
        _compactions++;
        turn.Publisher.Compaction(true, false, willRetry, null);
        CompactionOutcome outcome = new(false, "it was stopped");
        try
        {
            outcome = await parts.Compactor.CompactAsync(
                compaction with
                {
                    Trigger = trigger,
                    KeepTokens = Math.Max(0, Math.Min(_config.Compaction.KeepRecentTokens ?? keepTokens, keepTokens)),
                    IsOpen = IsOpen,
                },
                cancellationToken);
        }
        finally
        {
            turn.Publisher.Compaction(false, outcome.Compacted, willRetry, outcome.Reason);
        }

        if (outcome.Entry is { } entry)
        {
            turn.Publisher.EntryStored(entry);
        }

        _past = null;
        return outcome.Compacted;
    }

    // A call without any room for an answer is a call for nothing; the estimate may be a fifth too high.
    private void Preflight(int said)
    {
        if (!budget.WindowIsKnown)
        {
            return;
        }

        double needed = (budget.Fixed + said) * budget.Ratio;
        if (needed * 0.8 > budget.Window)
        {
            throw new RunRefusedException(
                $"this message does not fit the model: it needs about {needed:0} tokens with the prompt ({budget.Fixed * budget.Ratio:0}), and the "
                + $"window has {budget.Window}. Send less at once, choose a model with a larger window with /model, or raise contextTokens.",
                ProviderFailure.ContextOverflow);
        }
    }

    // The older results of this turn are cut first, the newest two last and less.
    private void TrimRounds(int over)
    {
        int above = ResultPruning.TrimAbove(budget.Window);
        for (int pass = 0; pass < 3 && over > 0; pass++)
        {
            int protect = pass == 0 ? FreshResults : 0;
            int[] results = [.. Enumerable.Range(0, _rounds.Count).Where(i => _rounds[i].Role == PromptRole.Tool).SkipLast(protect)];
            foreach (int i in results)
            {
                PromptMessage shorter = _rounds[i] with { Text = ResultPruning.Trim(_rounds[i].Text, Math.Max(200, above >> pass)) };
                over -= PromptHistory.Cost(_rounds[i]) - PromptHistory.Cost(shorter);
                _rounds[i] = shorter;
                if (over <= 0)
                {
                    return;
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1803, LogLevel.Information, "Run {RunId} was too long for the model; asked again with about {Tokens} tokens.")]
        public static partial void TooLong(ILogger logger, string runId, int tokens);
    }
}

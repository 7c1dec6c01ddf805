using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Shows old tool results in short, in the prompt only. The last turns are never touched. Bounded; thread-safe.</summary>
internal sealed class ResultPruning(TimeProvider time)
{
    private const int MaxSessions = 256;
    private const int ProtectedTurns = 3; // Source: docs/config.md, contextPruning

    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, PruneMark> _marks = [];

    /// <summary>Characters above which an old result is trimmed: a sixteenth of the window, 4,000 at most.</summary>
    public static int TrimAbove(int window) => Math.Clamp(window / 4, 600, 4000);

    /// <summary>The turns as the prompt shows them.</summary>
    /// <param name="key">The session.</param>
    /// <param name="revision">Its lifecycle revision.</param>
    /// <param name="turns">Turns, oldest first.</param>
    /// <param name="config">What may be pruned.</param>
    /// <param name="window">The model's window in tokens.</param>
    /// <param name="overBy">Tokens by which the turns are too many; zero or less when they fit.</param>
    public List<PastTurn> Apply(
        SessionKey key, string revision, List<PastTurn> turns, ContextPruningConfig config, int window, int overBy)
    {
        PruneMark mark = Mark(key, revision);
        if (config.Mode != "off" && turns.Count > ProtectedTurns)
        {
            int used = turns.Sum(turn => turn.Cost);
            bool cold = config.Mode == "cache-ttl" && mark.CalledAt != 0 && time.GetElapsedTime(mark.CalledAt) >= config.Ttl;
            long limit = turns[^ProtectedTurns].FirstSeq;
            if (overBy > 0 || (cold && used > window * 3 / 10))
            {
                mark = mark with { TrimmedSeq = Math.Max(mark.TrimmedSeq, limit) };
                bool clears = config.HardClear && (overBy > 0 || used > window / 2);
                if (clears && Shown(turns, mark, config, window).Sum(turn => turn.Cost) > used - overBy)
                {
                    mark = mark with { ClearedSeq = Math.Max(mark.ClearedSeq, limit) };
                }

                Put(key, mark);
            }
        }

        return mark.TrimmedSeq == 0 ? turns : Shown(turns, mark, config, window);
    }

    /// <summary>Notes that a model was called, which warms its cache.</summary>
    public void Called(SessionKey key, string revision) => Put(key, Mark(key, revision) with { CalledAt = time.GetTimestamp() });

    /// <summary>Start and end of a result.</summary>
    public static string Trim(string text, int above)
    {
        int keep = above * 3 / 8;
        return text.Length <= above ? text : $"{Head(text, keep)}\n...\n{Tail(text, keep)}\n[{text.Length} characters; the middle was cut]";
    }

    private static List<PastTurn> Shown(List<PastTurn> turns, PruneMark mark, ContextPruningConfig config, int window) =>
        turns.ConvertAll(turn => turn.LastSeq >= mark.TrimmedSeq || turn.IsSummary
            ? turn
            : Shown(turn, turn.LastSeq < mark.ClearedSeq, config, window));

    private static PastTurn Shown(PastTurn turn, bool clear, ContextPruningConfig config, int window)
    {
        PastMessage[]? changed = null;
        int cost = turn.Cost;
        for (int i = 0; i < turn.Messages.Length; i++)
        {
            PromptMessage message = turn.Messages[i].Unpack();
            if (message.Role != PromptRole.Tool || !MayPrune(message.ToolName ?? "", config))
            {
                continue;
            }

            string text = clear && message.Text.Length > config.Placeholder.Length ? config.Placeholder : Trim(message.Text, TrimAbove(window));
            if (text.Length < message.Text.Length)
            {
                PromptMessage shorter = message with { Text = text };
                changed ??= [.. turn.Messages];
                changed[i] = new PastMessage(shorter);
                cost += PromptHistory.Cost(shorter) - PromptHistory.Cost(message);
            }
        }

        return changed is null ? turn : turn with { Messages = changed, Cost = cost };
    }

    private static bool MayPrune(string tool, ContextPruningConfig config) =>
        !config.Deny.Any(pattern => Matches(pattern, tool)) && (config.Allow.Count == 0 || config.Allow.Any(pattern => Matches(pattern, tool)));

    private static bool Matches(string pattern, string tool) => pattern.EndsWith('*')
        ? tool.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
        : tool.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private static string Head(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static string Tail(string text, int length) => text[^(char.IsLowSurrogate(text[^length]) ? length - 1 : length)..];

    private PruneMark Mark(SessionKey key, string revision)
    {
        lock (_gate)
        {
            return _marks.TryGetValue(key, out PruneMark mark) && mark.Revision == revision ? mark : new PruneMark(revision, 0, 0, 0);
        }
    }

    private void Put(SessionKey key, PruneMark mark)
    {
        lock (_gate)
        {
            if (_marks.Count >= MaxSessions && !_marks.ContainsKey(key))
            {
                _marks.Remove(_marks.MinBy(known => known.Value.CalledAt).Key);
            }

            _marks[key] = mark;
        }
    }
}

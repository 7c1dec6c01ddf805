using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Reads the past turns of a session: those that are kept from the turn before, and from the store the rows since. Thread-safe.</summary>
internal sealed class HistoryReader(SessionStore sessions, HistoryCache cache)
{
    private const int CharsPerToken = 4;

    // Budgets differ by some tokens from turn to turn (the notes change); in steps they stay the same, and with them what is kept.
    private const int StepChars = 16_384;

    /// <summary>Turns that have ended, oldest first: as many as the budget may hold, and some more.</summary>
    /// <param name="key">The session.</param>
    /// <param name="isOpen">Whether a run waits or runs: its rows are left out, and read again when it has ended.</param>
    /// <param name="budget">Tokens that the turns may have.</param>
    public List<PastTurn> Read(SessionKey key, Func<string, bool> isOpen, int budget)
    {
        int chars = (int)Math.Min(((long)budget * CharsPerToken / StepChars * StepChars) + StepChars, int.MaxValue);
        KeptHistory? kept = cache.Find(key);
        if (kept is { IsWhole: false } && kept.Chars < chars)
        {
            kept = null;
        }

        ContextRead read = sessions.ReadContextAfter(key, chars, kept?.Revision, kept?.LastSeq ?? 0);
        if (kept is not null && !Continues(kept, read))
        {
            read = sessions.ReadContextAfter(key, chars, null, 0);
            kept = null;
        }

        if (kept is null)
        {
            kept = new KeptHistory(read.Revision, 0, chars, read.IsWhole, []);
        }

        List<PastTurn> fresh = PromptHistory.ByTurn(read.Entries);
        long limit = FirstOpen(fresh, isOpen);
        List<PastTurn> ended = fresh.FindAll(turn => turn.FirstSeq < limit);
        bool mid = ended.Count < fresh.Count && fresh is [{ IsSummary: true } summary, ..] && summary.FirstSeq >= limit;
        long lastSeq = limit < long.MaxValue ? limit - 1 : read.Entries.Count > 0 ? read.Entries.Max(entry => entry.Seq) : kept.LastSeq;
        if (!mid && read.Revision.Length > 0 && lastSeq > kept.LastSeq)
        {
            cache.Put(key, Extend(kept, ended, lastSeq));
        }

        return [.. kept.Turns, .. fresh.Where(turn => turn.RunId is null || !isOpen(turn.RunId))];
    }

    /// <summary>Whether the last read left nothing out for want of room.</summary>
    public bool IsWhole(SessionKey key) => cache.Find(key) is not { IsWhole: false };

    // Not after a reset, not when there is a summary since, and not when there is more new than the budget holds.
    private static bool Continues(KeptHistory kept, ContextRead read) =>
        read.Revision == kept.Revision && read.AfterSeq == kept.LastSeq && read.IsWhole
        && (read.Entries.Count == 0 || read.Entries[0].Kind != TranscriptEntryKind.Compaction);

    // The first row of a turn that may still grow. A message that came while another turn ran stands between that turn's rows;
    // whatever has rows on both sides waits as well.
    private static long FirstOpen(List<PastTurn> turns, Func<string, bool> isOpen)
    {
        long limit = long.MaxValue;
        for (int i = turns.Count - 1; i >= 0; i--)
        {
            PastTurn turn = turns[i];
            if (turn.IsSummary)
            {
                continue; // it stands before rows that are older than itself
            }

            if (turn.LastSeq > limit || (turn.RunId is not null && isOpen(turn.RunId)))
            {
                limit = turn.FirstSeq;
            }
        }

        return limit;
    }

    private static KeptHistory Extend(KeptHistory kept, List<PastTurn> ended, long lastSeq)
    {
        List<PastTurn> turns = [.. kept.Turns, .. ended];
        long cost = turns.Sum(turn => (long)turn.Cost);
        int first = turns is [{ IsSummary: true }, ..] ? 1 : 0;
        int start = first;
        while (first < turns.Count && cost - turns[first].Cost >= kept.Chars / CharsPerToken)
        {
            cost -= turns[first++].Cost; // no budget reaches it any more
        }

        return new KeptHistory(
            kept.Revision, lastSeq, kept.Chars, kept.IsWhole && first == start, [.. turns.Take(start), .. turns.Skip(first)]);
    }
}

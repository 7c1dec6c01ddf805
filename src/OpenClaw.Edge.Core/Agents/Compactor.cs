using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Puts a summary in the place of the older part of a history. Whole turns are summarized or kept, so that a call is never
/// parted from its result; every row stays on disk. One compaction of a session at a time.</summary>
internal sealed partial class Compactor(AgentRuntime runtime)
{
    private const int MaxChars = 2_000_000; // of history that one compaction reads

    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");
    private readonly Summarizer _summarizer = new(runtime);
    private readonly Lock _gate = new();
    private readonly HashSet<SessionKey> _busy = [];

    /// <summary>Compacts, or says why not. Throws on cancellation and what the store throws.</summary>
    public async Task<CompactionOutcome> CompactAsync(CompactionRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_busy.Add(request.Key))
            {
                return new CompactionOutcome(false, "a compaction of this session is under way");
            }
        }

        try
        {
            return await RunAsync(request, cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _busy.Remove(request.Key);
            }
        }
    }

    private async Task<CompactionOutcome> RunAsync(CompactionRequest request, CancellationToken cancellationToken)
    {
        ContextRead read = runtime.Sessions.ReadContextAfter(request.Key, MaxChars, null, 0);
        List<PastTurn> turns = PromptHistory.ByTurn(read.Entries);
        PastTurn? summary = turns.Count > 0 && turns[0].IsSummary ? turns[0] : null;
        List<PastTurn> past = [.. turns.Where(turn => !turn.IsSummary && (turn.RunId is null || !request.IsOpen(turn.RunId)))];
        int before = turns.Sum(turn => turn.Cost);
        int kept = FirstKept(past, request.KeepTokens);
        if (kept == 0)
        {
            return new CompactionOutcome(false, "Nothing to compact (session too small)", TokensBefore: before, TokensAfter: before);
        }

        string? earlier = summary is null ? null : read.Entries[0].Message.Content.PlainText;
        List<PastTurn> old = past.GetRange(0, kept);
        string? notes = await _summarizer.TryAsync(request, earlier, old, cancellationToken);
        int oldCost = old.Sum(turn => turn.Cost) + (summary?.Cost ?? 0);
        bool byModel = notes is not null && Providers.TokenEstimate.Of(notes) < oldCost;
        string text = byModel ? notes! : ConversationText.Digest(earlier, old);
        int after = before - oldCost + Providers.TokenEstimate.Of(text) + 12;
        string? firstKept = FirstKeptId(read.Entries, turns, past, kept);
        TranscriptEntry? stored = await StoreAsync(request, read.Revision, text, firstKept, before, after, byModel, cancellationToken);
        if (stored is null)
        {
            return new CompactionOutcome(false, "the session was started over meanwhile");
        }

        Log.Compacted(_logger, request.Key.Text, request.Trigger, before, after);
        return new CompactionOutcome(true, null, stored, before, after, firstKept, byModel);
    }

    // The newest turns that fit stay, but never all of them.
    private static int FirstKept(List<PastTurn> past, int keepTokens)
    {
        int first = past.Count;
        int used = 0;
        while (first > 0 && used + past[first - 1].Cost <= keepTokens)
        {
            used += past[--first].Cost;
        }

        return first;
    }

    // The place from which rows stay: the first kept turn, or an open one that began earlier; after the last row, nothing stays.
    private static string? FirstKeptId(
        IReadOnlyList<TranscriptEntry> entries, List<PastTurn> turns, List<PastTurn> past, int kept)
    {
        long seq = kept < past.Count ? past[kept].FirstSeq : long.MaxValue;
        foreach (PastTurn turn in turns)
        {
            if (!turn.IsSummary && !past.Contains(turn))
            {
                seq = Math.Min(seq, turn.FirstSeq);
            }
        }

        return entries.FirstOrDefault(entry => entry.Kind == TranscriptEntryKind.Message && entry.Seq >= seq)?.Id;
    }

    private async Task<TranscriptEntry?> StoreAsync(
        CompactionRequest request, string revision, string text, string? firstKept, int before, int after, bool byModel,
        CancellationToken cancellationToken)
    {
        TranscriptEntry row = new()
        {
            Id = Guid.NewGuid().ToString(),
            Kind = TranscriptEntryKind.Compaction,
            Reason = request.Trigger,
            Message = new ChatMessage
            {
                Role = "system",
                Content = MessageContent.Of([ContentPart.OfText(text)]),
                Details = CompactionFacts.Details(firstKept, before, after, byModel),
                Timestamp = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            },
        };
        SessionUpdate update = new() { TotalTokens = after, ExpectedRevision = revision };
        IReadOnlyList<TranscriptEntry> stored = await runtime.Sessions.AppendAsync(request.Key, [row], update, cancellationToken);
        return stored.Count > 0 ? stored[0] : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1832, LogLevel.Information, "Session {Key} was compacted ({Trigger}): {Before} tokens became {After}.")]
        public static partial void Compacted(ILogger logger, string key, string trigger, int before, int after);
    }
}

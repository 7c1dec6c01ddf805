using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Memory;

/// <summary>Puts candidates in order: by meaning and words together, less with age, and without saying the same twice. Stateless.</summary>
internal static class MemoryRanker
{
    private const int MmrCandidates = 60; // of the best; what lies behind them is no answer

    /// <summary>The hits of a search.</summary>
    /// <param name="candidates">What was found.</param>
    /// <param name="settings">Weights, half-life and the rest.</param>
    /// <param name="hasVectors">Whether meaning was compared.</param>
    /// <param name="minScore">Least score; null means the configuration's, which lets hits by words pass.</param>
    /// <param name="maxResults">Most hits.</param>
    /// <param name="today">Today as days since the year 1.</param>
    public static IReadOnlyList<MemoryHit> Rank(
        IReadOnlyList<MemoryCandidate> candidates, MemorySearchConfig settings, bool hasVectors, double? minScore, int maxResults, int today)
    {
        foreach (MemoryCandidate candidate in candidates)
        {
            candidate.Score = candidate.IsNamed ? 1 : Relevance(candidate, settings, hasVectors) * Freshness(candidate.Day, settings, today);
        }

        double least = minScore ?? settings.MinScore;
        List<MemoryCandidate> fitting = [.. Order(candidates.Where(candidate => candidate.Score >= least && candidate.Score > 0))];
        List<MemoryCandidate> chosen = settings.Mmr && hasVectors
            ? Vary(fitting, settings.MmrLambda, maxResults)
            : [.. fitting.Take(maxResults)];
        if (minScore is null)
        {
            // Whoever asks for a word wants to see it, however little it weighs.
            chosen.AddRange(Order(candidates.Where(candidate => candidate.Score < least && candidate.ByWords > 0)).Take(maxResults - chosen.Count));
        }

        return
        [
            .. chosen.Select(hit => new MemoryHit(
                hit.Path, hit.Lines.First, hit.Lines.Last, Math.Round(hit.Score, 4), hit.Text,
                hit.ByMeaning is { } meaning ? Math.Round(meaning, 4) : null, hit.ByWords is { } words ? Math.Round(words, 4) : null)),
        ];
    }

    /// <summary>What is left of a dated note's weight.</summary>
    public static double Freshness(int? day, MemorySearchConfig settings, int today) =>
        day is { } dated && settings.Decay ? Math.Pow(0.5, Math.Max(0, today - dated) / settings.HalfLifeDays) : 1;

    /// <summary>Takes the best, then each time the one that is good and unlike those before it. Scores stay as they are.</summary>
    public static List<MemoryCandidate> Vary(IReadOnlyList<MemoryCandidate> ordered, double lambda, int count)
    {
        List<(MemoryCandidate Candidate, int[] Words)> left = new(ordered.Take(Math.Max(MmrCandidates, count)).Select(candidate => (candidate, Words(candidate.Text))));
        double[] likeness = new double[left.Count];
        List<MemoryCandidate> chosen = [];
        while (chosen.Count < count && left.Count > 0)
        {
            int best = 0;
            for (int i = 1; i < left.Count; i++)
            {
                if (Worth(i) > Worth(best))
                {
                    best = i;
                }
            }

            (MemoryCandidate taken, int[] words) = left[best];
            chosen.Add(taken);
            left.RemoveAt(best);
            likeness.AsSpan(best + 1).CopyTo(likeness.AsSpan(best));
            for (int i = 0; i < left.Count; i++)
            {
                likeness[i] = Math.Max(likeness[i], Jaccard(left[i].Words, words));
            }
        }

        return chosen;

        double Worth(int i) => (lambda * left[i].Candidate.Score) - ((1 - lambda) * likeness[i]);
    }

    private static double Relevance(MemoryCandidate candidate, MemorySearchConfig settings, bool hasVectors)
    {
        double words = candidate.ByWords ?? 0;
        if (!hasVectors)
        {
            return words;
        }

        double meaning = Math.Clamp(candidate.ByMeaning ?? 0, 0, 1);
        double sum = settings.VectorWeight + settings.TextWeight;
        return !settings.Hybrid || sum <= 0 ? meaning : ((settings.VectorWeight * meaning) + (settings.TextWeight * words)) / sum;
    }

    private static OrderedSequence<MemoryCandidate> Order(IEnumerable<MemoryCandidate> candidates) => candidates
        .OrderByDescending(candidate => candidate.Score)
        .ThenBy(candidate => candidate.Path, StringComparer.Ordinal)
        .ThenBy(candidate => candidate.Lines.First);

    // The words of a text as sorted numbers; letters of wide scripts count as words.
    private static int[] Words(string text)
    {
        HashSet<int> words = [];
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool wide = i < text.Length && MemoryChunker.IsWide(text[i]);
            bool part = i < text.Length && !wide && char.IsLetterOrDigit(text[i]);
            if (start >= 0 && !part)
            {
                words.Add(string.GetHashCode(text.AsSpan(start, i - start), StringComparison.OrdinalIgnoreCase));
                start = -1;
            }
            else if (start < 0 && part)
            {
                start = i;
            }

            if (wide)
            {
                words.Add(text[i]);
            }
        }

        int[] sorted = [.. words];
        Array.Sort(sorted);
        return sorted;
    }

    private static double Jaccard(int[] left, int[] right)
    {
        int both = 0;
        for (int i = 0, j = 0; i < left.Length && j < right.Length;)
        {
            both += left[i] == right[j] ? 1 : 0;
            (i, j) = left[i] == right[j] ? (i + 1, j + 1) : left[i] < right[j] ? (i + 1, j) : (i, j + 1);
        }

        int all = left.Length + right.Length - both;
        return all == 0 ? 0 : (double)both / all;
    }
}

namespace OpenClaw.Edge.Configuration;

/// <summary>Finds the known word that was probably meant.</summary>
internal static class Nearest
{
    private const int MaxLength = 64;

    /// <summary>The nearest word by edits (letter case is free), or null when none is near.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength)
        {
            return null;
        }
        string? best = null;
        int bestCost = (word.Length <= 3 ? 1 : Math.Max(2, word.Length / 3)) + 1; // two letters swapped cost two
        foreach (string candidate in known)
        {
            int cost = candidate.Length > MaxLength || Math.Abs(candidate.Length - word.Length) >= bestCost
                ? bestCost : Distance(word, candidate);
            if (cost < bestCost)
            {
                best = candidate;
                bestCost = cost;
            }
        }
        return best;
    }

    private static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                int change = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + change);
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}

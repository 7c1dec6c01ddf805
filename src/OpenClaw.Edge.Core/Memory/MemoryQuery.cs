using System.Text;

namespace OpenClaw.Edge.Memory;

/// <summary>What a person's words ask of the two word indexes. Every term is quoted, so nothing in it is an operator. Immutable.</summary>
public sealed record MemoryQuery
{
    private const int MaxTerms = 24;
    private const int MaxTermChars = 64;

    // Words that nearly every note has, in the languages of most notes; they only help beside others.
    private static readonly HashSet<string> s_common = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "an", "and", "are", "did", "do", "does", "for", "from", "had", "has", "have", "how", "i", "in", "is", "it", "me", "my", "of", "on", "or",
        "our", "that", "the", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who", "why", "with", "you", "your",
    };

    private MemoryQuery(IReadOnlyList<string> words, IReadOnlyList<string> wide)
    {
        Words = words;
        Wide = wide;
    }

    /// <summary>Its words in scripts that part words by spaces.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Its runs of letters in scripts that do not.</summary>
    public IReadOnlyList<string> Wide { get; }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => Words.Count + Wide.Count == 0;

    /// <summary>All words, for the index of words; empty when there are none.</summary>
    public string AllWords => Join(Words, " AND ");

    /// <summary>Any of the words; empty when that is the same as all.</summary>
    public string AnyWord => Words.Count > 1 ? Join(Words, " OR ") : "";

    /// <summary>Parts of words, for the index of three-letter pieces.</summary>
    public string Parts => Join([.. Words.Where(word => word.Length >= 3)], " OR ");

    /// <summary>Wide runs as three-letter pieces, any of them; empty when none is long enough.</summary>
    public string WideGrams => Join([.. Wide.Where(run => run.Length >= 3).SelectMany(Grams).Distinct(StringComparer.Ordinal).Take(MaxTerms)], " OR ");

    /// <summary>Wide runs of one or two letters, which that index cannot find.</summary>
    public IReadOnlyList<string> WideShort => [.. Wide.Where(run => run.Length < 3)];

    /// <summary>Reads a query. Never throws; what is not a letter or a digit only parts words.</summary>
    public static MemoryQuery Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> words = [];
        List<string> wide = [];
        StringBuilder run = new();
        bool isWide = false;
        foreach (char letter in text)
        {
            bool part = char.IsLetterOrDigit(letter) || letter == '_' || char.GetUnicodeCategory(letter) is System.Globalization.UnicodeCategory.NonSpacingMark;
            bool nowWide = part && MemoryChunker.IsWide(letter);
            if (run.Length > 0 && (!part || nowWide != isWide || run.Length == MaxTermChars))
            {
                (isWide ? wide : words).Add(run.ToString());
                run.Clear();
            }

            if (part)
            {
                run.Append(letter);
                isWide = nowWide;
            }
        }

        if (run.Length > 0)
        {
            (isWide ? wide : words).Add(run.ToString());
        }

        string[] telling = [.. words.Where(word => !s_common.Contains(word))];
        return new MemoryQuery(Distinct(telling.Length > 0 || wide.Count > 0 ? telling : words), Distinct(wide));
    }

    /// <summary>The same without words that are too common to tell anything; unchanged when all are.</summary>
    /// <param name="isCommon">Judges a quoted word.</param>
    public MemoryQuery Without(Func<string, bool> isCommon)
    {
        string[] telling = [.. Words.Where(word => !isCommon($"\"{word}\""))];
        return telling.Length is 0 || telling.Length == Words.Count ? this : new MemoryQuery(telling, Wide);
    }

    private static string[] Distinct(IEnumerable<string> terms) => [.. terms.Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxTerms)];

    private static IEnumerable<string> Grams(string run)
    {
        for (int i = 0; i + 3 <= run.Length; i++)
        {
            yield return run.Substring(i, 3);
        }
    }

    private static string Join(IReadOnlyList<string> terms, string with) => string.Join(with, terms.Select(term => $"\"{term}\""));
}

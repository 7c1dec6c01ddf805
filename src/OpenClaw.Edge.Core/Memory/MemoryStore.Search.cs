using System.Buffers.Binary;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Memory;

/// <summary>Looking for pieces: by words in two indexes, by vectors in packs.</summary>
internal sealed partial class MemoryStore
{
    private const float AnyWordShare = 0.6f; // guesses: what a hit is worth that has some of the words, or parts of them
    private const float PartShare = 0.5f;
    private const int MaxNamed = 5;
    private const int CommonPieces = 4_000; // to rank a hundred thousand pieces by a word that all have takes longer than all the rest, and tells nothing
    private const int EnoughHits = 50;

    /// <summary>Pieces whose words fit, at most <paramref name="limit"/> of each kind; the best scores 1.</summary>
    public Dictionary<long, MemoryCandidate> FindByWords(string agentId, string text, MemoryQuery query, int limit) => database.Read(connection =>
    {
        Dictionary<long, MemoryCandidate> found = [];
        if (query.AllWords.Length > 0)
        {
            MemoryQuery telling = query.Without(word => connection.Number(MemoryTable.CountWord, word, CommonPieces) == CommonPieces);
            int hits = Rank(connection, MemoryTable.Words, agentId, telling.AllWords, limit, 1, found);
            hits += hits < EnoughHits && telling.AnyWord.Length > 0
                ? Rank(connection, MemoryTable.Words, agentId, telling.AnyWord, limit, hits > 0 ? AnyWordShare : 1, found) : 0;
            if (hits == 0 && query.Parts.Length > 0)
            {
                Rank(connection, MemoryTable.Grams, agentId, query.Parts, limit, PartShare, found);
            }
        }

        if (query.WideGrams.Length > 0)
        {
            Rank(connection, MemoryTable.Grams, agentId, query.WideGrams, limit, 1, found);
        }

        foreach (string run in query.WideShort)
        {
            connection.Each(
                MemoryTable.Holding,
                row =>
                {
                    Add(found, row.GetInt64(0), 1);
                    return true;
                },
                agentId, run, limit);
        }

        foreach (string name in Names(text))
        {
            connection.Each(
                MemoryTable.Named,
                row =>
                {
                    Add(found, row.GetInt64(0), 1).IsNamed = true;
                    return true;
                },
                agentId, name, "%/" + Like(name), name.Length >= 4 ? "%/" + Like(name) + "%.md" : name, MaxNamed);
        }

        return found;
    });

    /// <summary>The pieces whose codes are nearest to a vector of length 1.</summary>
    public IReadOnlyList<long> FindNearest(string agentId, long model, float[] vector, int limit, CancellationToken cancellationToken)
    {
        int stride = VectorMath.Stride(vector.Length);
        byte[] code = new byte[stride];
        VectorMath.Encode(vector, code); // its scale is the same for all
        PriorityQueue<long, float> best = new(limit + 1);
        database.Read(connection =>
        {
            float least = float.NegativeInfinity;
            connection.Each(
                MemoryTable.Codes,
                row =>
                {
                    int used = (int)row.GetInt64(0);
                    ReadOnlySpan<byte> slots = row.Blob(1);
                    ReadOnlySpan<byte> codes = row.Blob(2);
                    for (int slot = 0; slot < used && (slot + 1) * stride <= codes.Length; slot++)
                    {
                        float score = VectorMath.Dot(code, codes.Slice(slot * stride, stride))
                            * BinaryPrimitives.ReadSingleLittleEndian(slots[((slot * SlotBytes) + 8)..]);
                        if (score > least && BinaryPrimitives.ReadInt64LittleEndian(slots[(slot * SlotBytes)..]) is > 0 and long id)
                        {
                            best.Enqueue(id, score);
                            if (best.Count > limit)
                            {
                                best.Dequeue();
                                best.TryPeek(out _, out least);
                            }
                        }
                    }

                    return !cancellationToken.IsCancellationRequested;
                },
                agentId, model);
            return true;
        });
        cancellationToken.ThrowIfCancellationRequested();
        return [.. best.UnorderedItems.Select(item => item.Element)];
    }

    /// <summary>Fills in what candidates are, and their exact cosine where there is a vector to compare with; those that are gone go.</summary>
    public IReadOnlyList<MemoryCandidate> Load(IEnumerable<MemoryCandidate> candidates, long model, float[]? vector) => database.Read(connection =>
    {
        List<MemoryCandidate> all = [];
        foreach (MemoryCandidate candidate in candidates)
        {
            connection.Each(
                MemoryTable.Chunk,
                row =>
                {
                    candidate.Path = row.GetString(0);
                    candidate.Lines = ((int)row.GetInt64(1), (int)row.GetInt64(2));
                    candidate.Text = row.GetString(3);
                    candidate.Day = row.IsDBNull(4) ? null : (int)row.GetInt64(4);
                    all.Add(candidate);
                    return false;
                },
                candidate.Id);
            if (vector is not null)
            {
                connection.Each(
                    MemoryTable.VectorOfChunk,
                    row =>
                    {
                        ReadOnlySpan<byte> halves = row.Blob(0);
                        candidate.ByMeaning = halves.Length == vector.Length * 2 ? VectorMath.Cosine(vector, halves) : null;
                        return false;
                    },
                    model, candidate.Id);
            }
        }

        return all;
    });

    private static int Rank(
        EdgeConnection connection, string sql, string agentId, string match, int limit, float share, Dictionary<long, MemoryCandidate> found)
    {
        int count = 0;
        double best = 0;
        connection.Each(
            sql,
            row =>
            {
                double rank = -row.GetDouble(1); // FTS5: the smaller, the better
                best = count == 0 ? rank : best;
                Add(found, row.GetInt64(0), best > 0 ? share * (float)Math.Clamp(rank / best, 0, 1) : share);
                count++;
                return true;
            },
            agentId, match, limit);
        return count;
    }

    private static MemoryCandidate Add(Dictionary<long, MemoryCandidate> found, long id, float score)
    {
        if (!found.TryGetValue(id, out MemoryCandidate? candidate))
        {
            found.Add(id, candidate = new MemoryCandidate { Id = id });
        }

        candidate.ByWords = Math.Max(candidate.ByWords ?? 0, score);
        return candidate;
    }

    // Parts of a question that can be the name of a note: MEMORY.md, 2026-11-03, kettle.md.
    private static IEnumerable<string> Names(string text) => text.Split([' ', '\t', '\n', ',', '?', '"', '\''], StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.TrimEnd('.', '!', ':', ';'))
        .Where(part => part.EndsWith(".md", StringComparison.OrdinalIgnoreCase)
            || (part.Length == 10 && DateOnly.TryParseExact(part, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out _)))
        .Take(4);

    private static string Like(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}

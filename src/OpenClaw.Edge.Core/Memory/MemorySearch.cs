namespace OpenClaw.Edge.Memory;

/// <summary>One search of one agent's memory.</summary>
internal sealed class MemorySearch(MemoryStore store, EmbedderSeat seat, MemoryScope scope, TimeProvider time)
{
    /// <summary>Most hits of a search.</summary>
    public const int MaxResults = 50;

    private const int Candidates = 200; // of each kind, as the original's defaults ask for
    private const int MaxQueryChars = 4_000;

    private static readonly TimeSpan s_embedBudget = TimeSpan.FromSeconds(10); // guess: a person waits; a cold model is warm at the next question

    /// <summary>Searches.</summary>
    public async Task<MemoryAnswer> RunAsync(string query, int? maxResults, double? minScore, CancellationToken cancellationToken)
    {
        string text = query.Length > MaxQueryChars ? query[..MaxQueryChars] : query;
        if (!store.HasAny(scope.AgentId))
        {
            return new MemoryAnswer([], null, "There are no notes to search yet: MEMORY.md and memory/*.md in the workspace.");
        }

        Task<(MemoryEmbedder? Embedder, float[]? Vector, string? Why)> meaning = EmbedAsync(text, cancellationToken);
        Dictionary<long, MemoryCandidate> found = await Task.Run(
            () => store.FindByWords(scope.AgentId, text, MemoryQuery.Read(text), Candidates), cancellationToken);
        (MemoryEmbedder? embedder, float[]? vector, string? why) = await meaning;
        (long Id, int Dimensions)? model = embedder is null ? null : store.FindModel(embedder.Name);
        if (vector is not null && model?.Dimensions != vector.Length)
        {
            why = model is null ? "No note has a vector yet; they are being made in the background." : $"{embedder!.Name} makes vectors of another length now. Run: openclaw memory index --force";
            vector = null;
        }

        IReadOnlyList<MemoryHit> hits = await Task.Run(() => Look(found, model?.Id ?? 0, vector, maxResults, minScore, cancellationToken), cancellationToken);
        return new MemoryAnswer(hits, vector is null ? null : embedder!.Name, why is null ? null : $"Searched by words only. {why}");
    }

    private IReadOnlyList<MemoryHit> Look(
        Dictionary<long, MemoryCandidate> found, long model, float[]? vector, int? maxResults, double? minScore, CancellationToken cancellationToken)
    {
        if (vector is not null)
        {
            foreach (long id in store.FindNearest(scope.AgentId, model, vector, Candidates, cancellationToken))
            {
                found.TryAdd(id, new MemoryCandidate { Id = id });
            }
        }

        IReadOnlyList<MemoryCandidate> candidates = store.Load(found.Values, model, vector);
        int today = DateOnly.FromDateTime(time.GetLocalNow().DateTime).DayNumber;
        return MemoryRanker.Rank(
            candidates, scope.Settings, vector is not null, minScore, Math.Clamp(maxResults ?? scope.Settings.MaxResults, 1, MaxResults), today);
    }

    private async Task<(MemoryEmbedder? Embedder, float[]? Vector, string? Why)> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        MemoryEmbedder? embedder = null;
        using CancellationTokenSource deadline = new(s_embedBudget, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            MemoryEmbedderChoice choice = await seat.TakeAsync(either.Token);
            embedder = choice.Embedder;
            if (embedder is null)
            {
                return (null, null, choice.Reason);
            }

            IReadOnlyList<float[]> vectors = await embedder.Embed([text], true, either.Token);
            VectorCheck.Accept(embedder.Name, vectors, 1, null);
            seat.Works();
            return (embedder, vectors[0], null);
        }
        catch (MemoryEmbedderException failure)
        {
            seat.Failed(failure.Message);
            return (embedder, null, failure.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string slow = $"{embedder?.Name ?? "The embedder"} did not answer within {s_embedBudget.TotalSeconds:0} s.";
            return (embedder, null, slow); // no failure yet: it may be loading its model
        }
    }
}

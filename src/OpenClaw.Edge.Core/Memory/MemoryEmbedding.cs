using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Memory;

/// <summary>Makes vectors for the pieces that have none, and packs them: one run at a time over all agents. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "a semaphore without a handle")]
internal sealed partial class MemoryEmbedding(MemoryStore store, EmbedderSeats seats, MemoryParts parts)
{
    private const int Batch = 16; // guess: a batch that a small processor embeds in some seconds
    private const int Page = 64;

    private static readonly TimeSpan s_batchBudget = TimeSpan.FromMinutes(2); // guess: with a cold model on a Pi

    // Never disposed: it holds no handle unless somebody asks for one, and a late run must be able to give its place back.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Embeds what is not embedded. A failing embedder is noted and left alone for a while; nothing is thrown for it.</summary>
    public async Task RunAsync(MemoryScope scope, bool force, bool hurry, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        EmbedderSeat seat = seats.Of(scope.Settings);
        try
        {
            if (hurry)
            {
                seat.Forget(); // a person asks: no pause, and nobody else's attempt comes between
            }

            if (!force && store.CountUnpacked(scope.AgentId) == 0 && !Changed(scope, seat))
            {
                return; // nobody is asked for nothing
            }

            MemoryEmbedderChoice choice = await seat.TakeAsync(cancellationToken);
            if (choice.Embedder is { } embedder)
            {
                await EmbedAsync(scope, embedder, seat, force, hurry, cancellationToken);
            }
        }
        catch (MemoryEmbedderException failure)
        {
            seat.Failed(failure.Message);
            Log.Failed(parts.Logger, failure.Message, (int)seat.Pause.TotalSeconds);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Asks the embedder for one vector.</summary>
    public async Task ProbeAsync(MemoryScope scope, CancellationToken cancellationToken)
    {
        EmbedderSeat seat = seats.Of(scope.Settings);
        MemoryEmbedderChoice choice = await seat.TakeAsync(cancellationToken);
        try
        {
            if (choice.Embedder is { } embedder)
            {
                await AskAsync(embedder, ["ping"], null, cancellationToken);
                seat.Works();
            }
        }
        catch (MemoryEmbedderException failure)
        {
            seat.Failed(failure.Message);
        }
    }

    // Whether the configuration now names another model than the packs were made with.
    private bool Changed(MemoryScope scope, EmbedderSeat seat) =>
        scope.Settings.Provider != "none" && store.ModelOf(scope.AgentId) is { } model && seat.Last?.Embedder?.Name != model;

    private async Task EmbedAsync(MemoryScope scope, MemoryEmbedder embedder, EmbedderSeat seat, bool force, bool hurry, CancellationToken cancellationToken)
    {
        (long Id, int Dimensions)? model = store.FindModel(embedder.Name);
        if (force && model is { } old && await LengthAsync(embedder, cancellationToken) != old.Dimensions)
        {
            await store.ForgetModelAsync(old.Id, cancellationToken);
            model = null;
        }

        while (true)
        {
            long began = parts.Time.GetTimestamp();
            IReadOnlyList<PendingChunk> pending = store.Unpacked(scope.AgentId, model?.Id ?? 0, Page);
            if (pending.Count == 0)
            {
                if (await store.ReleaseWornAsync(scope.AgentId, model?.Id ?? 0, cancellationToken))
                {
                    continue;
                }

                break;
            }

            PendingChunk[] missing = [.. pending.Where(piece => piece.Vector is null || piece.Vector.Length != model?.Dimensions * 2).DistinctBy(piece => Convert.ToHexString(piece.Hash)).Take(Batch)];
            if (missing.Length > 0)
            {
                model = await MakeAsync(embedder, missing, model, cancellationToken);
                seat.Works();
            }

            if (model is { } known)
            {
                pending = missing.Length > 0 ? store.Unpacked(scope.AgentId, known.Id, Page) : pending;
                await store.PackAsync(
                    scope.AgentId, known.Id, known.Dimensions,
                    [.. pending.Where(piece => piece.Vector?.Length == known.Dimensions * 2).Select(piece => (piece.Id, piece.Hash, piece.Vector!))],
                    cancellationToken);
            }

            if (!hurry)
            {
                double share = missing.Length > 0 && embedder.IsLocal ? CpuBudget.ModelShare : CpuBudget.TextShare;
                await CpuBudget.RestAsync(parts.Time, missing.Length > 0 && !embedder.IsLocal ? TimeSpan.Zero : parts.Time.GetElapsedTime(began), share, cancellationToken);
            }
        }

        await store.PruneAsync(scope.Settings.Cache ? scope.Settings.CacheEntries : 0, cancellationToken);
    }

    private async Task<int> LengthAsync(MemoryEmbedder embedder, CancellationToken cancellationToken) =>
        (await AskAsync(embedder, ["ping"], null, cancellationToken))[0].Length;

    // A batch that is refused for what is in it is sent piece by piece; the piece that is refused alone is given up.
    private async Task<(long Id, int Dimensions)?> MakeAsync(
        MemoryEmbedder embedder, PendingChunk[] pieces, (long Id, int Dimensions)? model, CancellationToken cancellationToken)
    {
        IReadOnlyList<float[]> vectors;
        try
        {
            vectors = await AskAsync(embedder, [.. pieces.Select(Input)], model?.Dimensions, cancellationToken);
        }
        catch (MemoryEmbedderException refused) when (refused.IsInput)
        {
            if (pieces.Length > 1)
            {
                foreach (PendingChunk piece in pieces)
                {
                    model = await MakeAsync(embedder, [piece], model, cancellationToken);
                }

                return model;
            }

            await AskAsync(embedder, ["ping"], model?.Dimensions, cancellationToken); // throws where it refuses everything
            Log.Refused(parts.Logger, embedder.Name, refused.Message);
            await store.GiveUpAsync(pieces[0], cancellationToken);
            return model;
        }

        model ??= (await store.AddModelAsync(embedder.Name, vectors[0].Length, cancellationToken), vectors[0].Length);
        await store.KeepAsync(model.Value.Id, [.. pieces.Zip(vectors, (piece, vector) => (piece.Hash, VectorMath.ToHalves(vector)))], cancellationToken);
        return model;
    }

    private static string Input(PendingChunk piece) => piece.Heading.Length == 0 ? piece.Text : $"{piece.Heading}\n{piece.Text}";

    private async Task<IReadOnlyList<float[]>> AskAsync(
        MemoryEmbedder embedder, IReadOnlyList<string> texts, int? dimensions, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(s_batchBudget, parts.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            IReadOnlyList<float[]> vectors = await embedder.Embed(texts, false, either.Token);
            VectorCheck.Accept(embedder.Name, vectors, texts.Count, dimensions);
            return vectors;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MemoryEmbedderException($"{embedder.Name} made no vectors within {s_batchBudget.TotalSeconds:0} s");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2402, LogLevel.Warning, "Memory is searched by words alone for now: {Problem} The next attempt is in {Seconds} s.")]
        public static partial void Failed(ILogger logger, string problem, int seconds);

        [LoggerMessage(2403, LogLevel.Warning, "{Embedder} refuses a piece of memory, which is found by its words only: {Problem}")]
        public static partial void Refused(ILogger logger, string embedder, string problem);
    }
}

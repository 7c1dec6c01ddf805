namespace OpenClaw.Edge.Providers;

/// <summary>Which window a local model gets. First of: <c>params.num_ctx</c>; configured <c>contextTokens</c>; configured
/// <c>contextWindow</c> up to 32,768; the Modelfile's <c>num_ctx</c> up to 32,768; what the model has, up to what half of
/// the free memory holds of its key-value cache, between 4,096 and 32,768. Stateless.</summary>
/// <remarks>Asking for all that a model could hold (131k–262k is common) makes a server reserve many GB and crawl. The
/// answer must not wobble either: a server reloads a model whose window changes, so callers keep the first answer.</remarks>
internal static class ContextWindowRule
{
    /// <summary>More than this only when it is asked for by name.</summary>
    public const int MostByItself = 32_768;

    /// <summary>Less than this is of no use to an agent.</summary>
    public const int Least = 4_096;

    /// <summary>For a server on another machine, whose memory we can not see.</summary>
    public const int Elsewhere = 16_384; // guess

    private const long TypicalBytesPerToken = 147_456; // an 8B model: 36 layers × 8 heads × 128 × 2 (K, V) × 2 bytes

    /// <summary>Decides.</summary>
    public static int Choose(int asked, ModelWish? wish, ModelMemory model)
    {
        if (asked > 0)
        {
            return asked;
        }

        if (wish is { ContextTokens: > 0 })
        {
            return wish.ContextTokens;
        }

        if (wish is { ContextWindow: > 0 })
        {
            return Math.Min(wish.ContextWindow, MostByItself);
        }

        int most = model.ModelWindow > 0 ? (int)Math.Min(model.ModelWindow, MostByItself) : Least;
        return model.ModelfileWindow > 0
            ? Math.Min(model.ModelfileWindow, MostByItself)
            : Math.Min(most, ByMemory(model));
    }

    private static int ByMemory(ModelMemory model)
    {
        if (model.FreeBytes is not { } free)
        {
            return Elsewhere;
        }

        long forCache = (free - (model.Loaded ? 0 : model.WeightBytes)) / 2;
        long tokens = forCache / (model.BytesPerToken > 0 ? model.BytesPerToken : TypicalBytesPerToken);
        int window = Least;
        while (window < MostByItself && window * 2 <= tokens)
        {
            window *= 2;
        }

        return window;
    }
}

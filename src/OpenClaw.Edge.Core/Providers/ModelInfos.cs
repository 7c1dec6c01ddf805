namespace OpenClaw.Edge.Providers;

/// <summary>Makes <see cref="ModelInfo"/> from the configuration. Stateless.</summary>
internal static class ModelInfos
{
    /// <summary>A model that only the configuration knows.</summary>
    public static ModelInfo Configured(ModelServer server, string id)
    {
        ModelWish? wish = server.Wish(id);
        return new ModelInfo
        {
            Id = id,
            Name = wish?.Name ?? id,
            Provider = server.Id,
            ContextWindow = Window(wish, 0),
            MaxTokens = wish?.MaxTokens ?? 0,
            Reasoning = wish?.Reasoning ?? false,
            Vision = wish?.Vision ?? false,
            Tools = wish?.Tools ?? true,
            Embedding = LooksLikeEmbedding(id),
            Local = server.Local,
            Cost = wish?.Cost ?? new ModelCost(0, 0, 0, 0),
        };
    }

    /// <summary>The configured window, else the server's.</summary>
    public static int Window(ModelWish? wish, int served) => wish switch
    {
        { ContextTokens: > 0 } => wish.ContextTokens,
        { ContextWindow: > 0 } => served > 0 ? Math.Min(wish.ContextWindow, served) : wish.ContextWindow,
        _ => served,
    };

    /// <summary>Whether an id is that of a vector model, for servers that do not say.</summary>
    public static bool LooksLikeEmbedding(string id) =>
        id.Contains("embed", StringComparison.OrdinalIgnoreCase)
        || id.Contains("bge-", StringComparison.OrdinalIgnoreCase)
        || id.Contains("minilm", StringComparison.OrdinalIgnoreCase)
        || id.Contains("rerank", StringComparison.OrdinalIgnoreCase)
        || id.Contains("whisper", StringComparison.OrdinalIgnoreCase);
}

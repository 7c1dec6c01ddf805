namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Answer of <c>POST /v1/embeddings</c> with vectors as numbers.</summary>
public sealed record OpenAiEmbeddingList
{
    /// <summary>The vectors, perhaps out of order.</summary>
    public IReadOnlyList<OpenAiEmbedding> Data { get; init => field = value ?? []; } = []; // the generated reader sets what is missing to null

    /// <summary>Tokens read.</summary>
    public OpenAiEmbeddingUsage? Usage { get; init; }
}

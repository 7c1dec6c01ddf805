namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>Answer of <c>POST /api/embed</c>.</summary>
public sealed record OllamaEmbeddings
{
    /// <summary>One vector an input.</summary>
    public IReadOnlyList<float[]> Embeddings { get; init => field = value ?? []; } = []; // the generated reader sets what is missing to null

    /// <summary>Tokens read.</summary>
    public long PromptEvalCount { get; init; }
}

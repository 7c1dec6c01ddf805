namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>Answer of <c>POST /api/embed</c>.</summary>
public sealed record OllamaEmbeddings
{
    /// <summary>One vector an input.</summary>
    public IReadOnlyList<float[]> Embeddings { get; init; } = [];

    /// <summary>Tokens read.</summary>
    public long PromptEvalCount { get; init; }
}

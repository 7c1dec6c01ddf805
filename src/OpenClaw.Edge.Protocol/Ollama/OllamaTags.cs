namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>Answer of <c>GET /api/tags</c>.</summary>
public sealed record OllamaTags
{
    /// <summary>Models on disk.</summary>
    public IReadOnlyList<OllamaTag> Models { get; init => field = value ?? []; } = []; // the generated reader sets what is missing to null
}

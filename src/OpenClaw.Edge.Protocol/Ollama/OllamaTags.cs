namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>Answer of <c>GET /api/tags</c>.</summary>
public sealed record OllamaTags
{
    /// <summary>Models on disk.</summary>
    public IReadOnlyList<OllamaTag> Models { get; init; } = [];
}

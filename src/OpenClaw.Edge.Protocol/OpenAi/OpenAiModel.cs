namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>One model of a list; members beyond the id are what some servers add.</summary>
public sealed record OpenAiModel
{
    /// <summary>Model id.</summary>
    public string Id { get; init; } = "";

    /// <summary>LM Studio v0: <c>llm</c>, <c>vlm</c>, <c>embeddings</c>.</summary>
    public string? Type { get; init; }

    /// <summary>LM Studio v0: <c>loaded</c> or <c>not-loaded</c>.</summary>
    public string? State { get; init; }

    /// <summary>vLLM: window in tokens.</summary>
    public int? MaxModelLen { get; init; }

    /// <summary>OpenRouter: window in tokens.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Groq: window in tokens.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>LM Studio v0: window that the model has.</summary>
    public int? MaxContextLength { get; init; }

    /// <summary>LM Studio v0: window that it was loaded with.</summary>
    public int? LoadedContextLength { get; init; }
}

namespace OpenClaw.Edge.Providers;

/// <summary>Vectors of one embedding call.</summary>
/// <param name="Vectors">One per input, in order.</param>
/// <param name="PromptTokens">Tokens read, as the server counts them; zero when it does not say.</param>
public sealed record EmbeddingBatch(IReadOnlyList<float[]> Vectors, long PromptTokens);

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Tokens of an embedding call.</summary>
/// <param name="PromptTokens">Tokens read.</param>
public sealed record OpenAiEmbeddingUsage(long PromptTokens);

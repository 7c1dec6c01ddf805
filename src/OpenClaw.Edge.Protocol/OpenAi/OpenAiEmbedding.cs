namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>One vector.</summary>
/// <param name="Index">Which input it belongs to.</param>
/// <param name="Embedding">The numbers.</param>
public sealed record OpenAiEmbedding(int Index, float[] Embedding);

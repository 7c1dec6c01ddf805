namespace OpenClaw.Edge.Providers;

/// <summary>What Ollama told us of one model, by its digest.</summary>
/// <param name="Digest">Digest that it holds for; null when only asked by name.</param>
/// <param name="Window">Window that we use; kept, because a change makes the server load the model anew.</param>
/// <param name="Thinks">Whether it can reason.</param>
/// <param name="Tools">Whether it calls tools.</param>
/// <param name="Sees">Whether it sees images.</param>
/// <param name="Embeds">Whether it makes vectors and does not chat.</param>
internal sealed record OllamaFacts(string? Digest, int Window, bool Thinks, bool Tools, bool Sees, bool Embeds);

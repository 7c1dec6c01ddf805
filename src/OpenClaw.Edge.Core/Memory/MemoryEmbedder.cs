namespace OpenClaw.Edge.Memory;

/// <summary>Turns texts into vectors; all of one length. Throws <see cref="MemoryEmbedderException"/>.</summary>
/// <param name="texts">The texts.</param>
/// <param name="isQuery">Whether they are questions; some models want to be told.</param>
/// <param name="cancellationToken">Ends it.</param>
public delegate Task<IReadOnlyList<float[]>> EmbedTexts(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken);

/// <summary>Chooses who makes vectors, or says why nobody does. Does not throw but for cancellation.</summary>
public delegate Task<MemoryEmbedderChoice> ChooseMemoryEmbedder(Configuration.MemorySearchConfig settings, CancellationToken cancellationToken);

/// <summary>A model that makes vectors.</summary>
/// <param name="Name">Its identity: vectors of different names are never compared. <c>provider/model</c>, and what else changes them.</param>
/// <param name="IsLocal">Whether it takes this machine's processor.</param>
/// <param name="Embed">Does it.</param>
public sealed record MemoryEmbedder(string Name, bool IsLocal, EmbedTexts Embed);

/// <summary>Who makes vectors.</summary>
/// <param name="Embedder">The model; null when there is none.</param>
/// <param name="Reason">Why there is none, and what to do, as a sentence.</param>
public sealed record MemoryEmbedderChoice(MemoryEmbedder? Embedder, string? Reason);

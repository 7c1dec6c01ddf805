namespace OpenClaw.Edge.Sessions;

/// <summary>An accepted user input whose turn has not ended.</summary>
/// <param name="SessionKey">Session it belongs to.</param>
/// <param name="RunId">Its run.</param>
/// <param name="Source">Where it came from: <c>chat</c>, <c>agent</c>, <c>http</c>…</param>
/// <param name="AcceptedAtMs">Epoch milliseconds.</param>
/// <param name="Waiting">Its message, where that has no place in the history yet since another turn comes first; else null.</param>
public sealed record PendingInput(SessionKey SessionKey, string RunId, string Source, long AcceptedAtMs, TranscriptEntry? Waiting = null);

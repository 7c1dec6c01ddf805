namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>A run of text of one kind within an <see cref="AnswerDraft"/>.</summary>
/// <param name="Thinking">Whether it is reasoning; else it is the answer.</param>
/// <param name="Start">First byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct AnswerPiece(bool Thinking, int Start, int Length);

namespace OpenClaw.Edge.Memory;

/// <summary>A piece that was found.</summary>
/// <param name="Path">Its file: relative to the workspace, or absolute.</param>
/// <param name="FirstLine">Its first line, from 1.</param>
/// <param name="LastLine">Its last line.</param>
/// <param name="Score">How well it fits, 0 to 1.</param>
/// <param name="Text">Its text.</param>
/// <param name="ByMeaning">Cosine to the question; null when it has no vector.</param>
/// <param name="ByWords">How well its words fit, against the best; null when none does.</param>
public sealed record MemoryHit(string Path, int FirstLine, int LastLine, double Score, string Text, double? ByMeaning, double? ByWords);

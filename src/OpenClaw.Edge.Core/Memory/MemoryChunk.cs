namespace OpenClaw.Edge.Memory;

/// <summary>A piece of a file, as it is indexed.</summary>
/// <param name="FirstLine">Its first line, from 1.</param>
/// <param name="LastLine">Its last line.</param>
/// <param name="Heading">The headings above it, outermost first, joined by <c> › </c>; empty where there are none.</param>
/// <param name="Text">Its text.</param>
public sealed record MemoryChunk(int FirstLine, int LastLine, string Heading, string Text);

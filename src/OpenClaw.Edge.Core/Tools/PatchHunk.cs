namespace OpenClaw.Edge.Tools;

/// <summary>One change of a file: lines that are there, and what stands there afterwards.</summary>
/// <param name="Context">A line before the change, from <c>@@</c>; null when none was given.</param>
/// <param name="Old">Lines to find; empty inserts.</param>
/// <param name="New">Lines to put.</param>
/// <param name="AtEnd">Whether the lines are the last of the file.</param>
internal sealed record PatchHunk(string? Context, IReadOnlyList<string> Old, IReadOnlyList<string> New, bool AtEnd);

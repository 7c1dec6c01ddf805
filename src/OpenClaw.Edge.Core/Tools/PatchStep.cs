namespace OpenClaw.Edge.Tools;

/// <summary>One file operation of a patch.</summary>
/// <param name="Kind"><c>A</c>dd, <c>U</c>pdate or <c>D</c>elete.</param>
/// <param name="Path">Path as written.</param>
/// <param name="MoveTo">New path; null keeps it.</param>
/// <param name="Content">Whole text of an added file.</param>
/// <param name="Hunks">Changes of an updated one.</param>
internal sealed record PatchStep(char Kind, string Path, string? MoveTo, string Content, IReadOnlyList<PatchHunk> Hunks);

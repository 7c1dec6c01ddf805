namespace OpenClaw.Edge.Configuration;

/// <summary>One entry of <c>memory.search.extraPaths</c>.</summary>
/// <param name="Path">File or folder, as written.</param>
/// <param name="Pattern">Which files of the folder, relative to it (<c>runbooks/**/*.md</c>); <see langword="null"/> means all notes.</param>
public sealed record MemoryExtraPath(string Path, string? Pattern);

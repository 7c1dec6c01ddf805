namespace OpenClaw.Edge.Memory;

/// <summary>Lists the plain files and folders of a folder inside a root; links are left out. Empty when there is no such folder.</summary>
/// <param name="root">Absolute path that nothing may leave.</param>
/// <param name="path">Folder relative to it; <c>.</c> is the root.</param>
public delegate IReadOnlyList<(string Name, bool IsFolder)> ListMemoryFolder(string root, string path);

/// <summary>Reads a plain file inside a root; null when it is gone, too large, a link or leads outside.</summary>
/// <param name="root">Absolute path that nothing may leave.</param>
/// <param name="path">File relative to it.</param>
/// <param name="maxBytes">Most bytes.</param>
public delegate byte[]? ReadMemoryFile(string root, string path, int maxBytes);

/// <summary>How memory reaches files: through what keeps tools inside their workspace, which is a floor above.</summary>
/// <param name="List">Lists a folder.</param>
/// <param name="Read">Reads a file.</param>
public sealed record MemoryDisk(ListMemoryFolder List, ReadMemoryFile Read);

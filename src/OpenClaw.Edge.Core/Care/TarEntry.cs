namespace OpenClaw.Edge.Care;

/// <summary>One entry of a tar archive.</summary>
/// <param name="Path">As written in the archive, without a trailing slash.</param>
/// <param name="Size">Bytes that follow; 0 for a directory.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="IsDirectory">Whether it is a directory; everything else that is handed out is a regular file.</param>
public sealed record TarEntry(string Path, long Size, UnixFileMode Mode, bool IsDirectory);

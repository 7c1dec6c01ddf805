namespace OpenClaw.Edge.Care;

/// <summary>A file that goes into a backup.</summary>
/// <param name="Path">On this machine.</param>
/// <param name="Member">In the archive, without the root folder.</param>
/// <param name="Size">Bytes when it was found.</param>
/// <param name="IsDatabase">Whether it is one of ours, which is copied by SQLite and not byte by byte.</param>
public sealed record BackupSource(string Path, string Member, long Size, bool IsDatabase);

namespace OpenClaw.Edge.Care;

/// <summary>A file in a backup.</summary>
/// <param name="Path">In the archive, below its root folder; begins with the name of a <see cref="BackupRoot"/>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record BackupMember(string Path, long Size, string Sha256);

namespace OpenClaw.Edge.Care;

/// <summary>A backup that was made.</summary>
/// <param name="Path">The archive.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Manifest">What is in it.</param>
public sealed record BackupResult(string Path, long Size, BackupManifest Manifest);

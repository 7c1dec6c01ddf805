namespace OpenClaw.Edge.Care;

/// <summary>What a restore did, or would do.</summary>
/// <param name="Manifest">Of the backup.</param>
/// <param name="KeptAside">Where the old state is; null when nothing was changed.</param>
/// <param name="Places">Files and folders that came from the backup.</param>
public sealed record RestoreResult(BackupManifest Manifest, string? KeptAside, IReadOnlyList<string> Places);

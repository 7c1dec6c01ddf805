namespace OpenClaw.Edge.Care;

/// <summary>Where a folder of a backup came from.</summary>
/// <param name="Name"><c>state</c>, <c>config</c>, <c>secrets</c>, <c>workspace/&lt;agent&gt;</c> or <c>include/&lt;number&gt;</c>.</param>
/// <param name="Path">Folder on the machine that was backed up.</param>
public sealed record BackupRoot(string Name, string Path);

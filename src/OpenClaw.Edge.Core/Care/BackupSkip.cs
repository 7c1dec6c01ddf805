namespace OpenClaw.Edge.Care;

/// <summary>What a backup left out.</summary>
/// <param name="Path">On the machine.</param>
/// <param name="Reason"><c>link</c>, <c>not-a-file</c>, <c>vanished</c> or <c>unreadable</c>.</param>
public sealed record BackupSkip(string Path, string Reason);

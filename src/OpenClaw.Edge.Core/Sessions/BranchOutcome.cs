namespace OpenClaw.Edge.Sessions;

/// <summary>What a rewind, a fork or a change of branch did.</summary>
/// <param name="Status">How it ended; anything but <see cref="BranchStatus.Done"/> changed nothing.</param>
/// <param name="Row">The session after it: for a fork the new one; null when nothing changed.</param>
/// <param name="Cut">The message that was cut off; null for a change of branch and when nothing changed.</param>
public sealed record BranchOutcome(BranchStatus Status, SessionRow? Row = null, TranscriptEntry? Cut = null);

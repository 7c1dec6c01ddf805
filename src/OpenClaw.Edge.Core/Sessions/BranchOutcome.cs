namespace OpenClaw.Edge.Sessions;

/// <summary>What a rewind, a fork or a change of branch did.</summary>
public sealed class BranchOutcome(BranchStatus status, SessionRow? row = null, TranscriptEntry? cut = null)
{
    /// <summary>How it ended; anything but <see cref="BranchStatus.Done"/> changed nothing.</summary>
    public BranchStatus Status { get; } = status;

    /// <summary>The session after it: for a fork the new one; null when nothing changed.</summary>
    public SessionRow? Row { get; } = row;

    /// <summary>The message that was cut off; null for a change of branch and when nothing changed.</summary>
    public TranscriptEntry? Cut { get; } = cut;
}

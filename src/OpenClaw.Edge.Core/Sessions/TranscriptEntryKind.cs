namespace OpenClaw.Edge.Sessions;

/// <summary>What a transcript row is. The numbers are on disk and never change.</summary>
public enum TranscriptEntryKind
{
    /// <summary>A user, assistant or tool-result message.</summary>
    Message = 1,

    /// <summary>A marker: everything before it is out of the model's context.</summary>
    Reset = 2,

    /// <summary>A summary that stands for everything before it in the model's context.</summary>
    Compaction = 3,
}

namespace OpenClaw.Edge.Sessions;

/// <summary>A stretch of a transcript, oldest first.</summary>
/// <param name="Entries">The rows.</param>
/// <param name="Total">Rows that history has in all.</param>
/// <param name="HasMore">Whether older rows exist.</param>
public sealed record TranscriptPage(IReadOnlyList<TranscriptEntry> Entries, long Total, bool HasMore)
{
    /// <summary>The page of a session that has no transcript.</summary>
    public static TranscriptPage Empty { get; } = new([], 0, false);
}

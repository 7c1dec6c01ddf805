namespace OpenClaw.Edge.Sessions;

/// <summary>What <see cref="SessionStore.ReadContextAfter"/> found.</summary>
/// <param name="Revision">The session's <see cref="SessionRow.HistoryRevision"/> that the rows belong to; empty when there is no session.</param>
/// <param name="AfterSeq">The place that the rows follow: as asked, or 0 when the history has started over since.</param>
/// <param name="Entries">The rows, oldest first.</param>
/// <param name="IsWhole">Whether older rows were not left out for want of room: nothing a model may see is missing between
/// <paramref name="AfterSeq"/> and the rows.</param>
public sealed record ContextRead(string Revision, long AfterSeq, IReadOnlyList<TranscriptEntry> Entries, bool IsWhole)
{
    /// <summary>Nothing, of no session.</summary>
    public static ContextRead Empty { get; } = new("", 0, [], IsWhole: true);
}

namespace OpenClaw.Edge.Sessions;

/// <summary>One line of a session's history: a rewind leaves the old one behind and begins another.</summary>
/// <param name="LeafEntryId">Its last row, by which it is chosen.</param>
/// <param name="Headline">The last text in it, on one line, at most 120 characters; empty when there is none.</param>
/// <param name="Messages">Messages in it.</param>
/// <param name="UpdatedAtMs">When its last row was written, epoch milliseconds.</param>
/// <param name="IsActive">Whether it is the one that goes on.</param>
public sealed record SessionBranch(string LeafEntryId, string Headline, long Messages, long UpdatedAtMs, bool IsActive);

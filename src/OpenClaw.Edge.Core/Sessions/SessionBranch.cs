namespace OpenClaw.Edge.Sessions;

/// <summary>One line of a session's history: a rewind leaves the old one behind and begins another.</summary>
public sealed class SessionBranch
{
    /// <summary>Its last row, by which it is chosen.</summary>
    public required string LeafEntryId { get; init; }

    /// <summary>The last text in it, on one line, at most 120 characters; empty when there is none.</summary>
    public required string Headline { get; init; }

    /// <summary>Messages in it.</summary>
    public long Messages { get; init; }

    /// <summary>When its last row was written, epoch milliseconds.</summary>
    public long UpdatedAtMs { get; init; }

    /// <summary>Whether it is the one that goes on.</summary>
    public bool IsActive { get; init; }
}

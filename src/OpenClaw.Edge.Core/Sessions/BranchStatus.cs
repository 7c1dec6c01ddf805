namespace OpenClaw.Edge.Sessions;

/// <summary>How a rewind, a fork or a change of branch ended.</summary>
public enum BranchStatus
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>There is no such session.</summary>
    MissingSession,

    /// <summary>A turn runs or waits: try again when it has ended.</summary>
    Working,

    /// <summary>The session is archived.</summary>
    Archived,

    /// <summary>The session has no such row.</summary>
    MissingEntry,

    /// <summary>The row is no message of a person.</summary>
    NotUserMessage,

    /// <summary>The row is in a part of the history that is not active: another branch, or before a reset.</summary>
    OffActivePath,

    /// <summary>The row is no branch's last one.</summary>
    NotBranchTip,

    /// <summary>The branch is the active one already.</summary>
    AlreadyActive,

    /// <summary>The session has <see cref="SessionStore.MaxBranches"/> branches.</summary>
    Full,
}

namespace OpenClaw.Edge.Tools;

/// <summary>What became of somebody's word on a request.</summary>
public enum ApprovalAnswer
{
    /// <summary>It counts.</summary>
    Applied,

    /// <summary>The same was said before.</summary>
    Repeated,

    /// <summary>Something else was said before.</summary>
    AlreadyResolved,

    /// <summary>There is no such request, or it is long gone.</summary>
    NotFound,

    /// <summary>The request does not offer that answer.</summary>
    NotOffered,
}

namespace OpenClaw.Edge.Tools;

/// <summary>What to do about a path that a workspace refused.</summary>
public enum WorkspaceFault
{
    /// <summary>The path leaves the workspace: name another.</summary>
    Outside,

    /// <summary>There is nothing at the path: list the directory.</summary>
    NotFound,

    /// <summary>The path names something of another kind: a directory, a device, a link.</summary>
    WrongKind,

    /// <summary>It is larger than the tools handle.</summary>
    TooLarge,

    /// <summary>The system refuses: permissions, disk full, read-only.</summary>
    Refused,
}

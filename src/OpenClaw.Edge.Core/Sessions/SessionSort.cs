namespace OpenClaw.Edge.Sessions;

/// <summary>Order of a session list, newest first.</summary>
public enum SessionSort
{
    /// <summary>By last change.</summary>
    UpdatedAt,

    /// <summary>By last message of a person, then by last change.</summary>
    LastInteractionAt,

    /// <summary>By the later of last interaction and end of the last run.</summary>
    Activity,
}

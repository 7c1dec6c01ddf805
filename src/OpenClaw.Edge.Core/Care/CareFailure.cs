namespace OpenClaw.Edge.Care;

/// <summary>What to do about a <see cref="CareException"/>.</summary>
public enum CareFailure
{
    /// <summary>Something is in the way that the person can change: a path, a right, room on the disk.</summary>
    Refused,

    /// <summary>A gateway holds the state: stop it first.</summary>
    Busy,

    /// <summary>A file is not what it says: do not use it.</summary>
    Untrusted,
}

namespace OpenClaw.Edge.Care;

/// <summary>A backup, restore, reset or update that does not happen. The message names what, where, and how to fix it.</summary>
public sealed class CareException(CareFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do about it.</summary>
    public CareFailure Failure => failure;
}

namespace OpenClaw.Edge.Tools;

/// <summary>What became of a call that a client made.</summary>
public enum ToolInvocationStatus
{
    /// <summary>The tool ran and has a result.</summary>
    Done,

    /// <summary>There is no such tool, or a policy hides it; callers are not told which.</summary>
    NotAvailable,

    /// <summary>The arguments do not fit; nothing ran.</summary>
    BadArguments,

    /// <summary>The tool ran and could not do it.</summary>
    Failed,
}

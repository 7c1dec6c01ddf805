namespace OpenClaw.Edge.Tools;

/// <summary>What to do with a command.</summary>
public enum ExecOutcome
{
    /// <summary>It runs.</summary>
    Run,

    /// <summary>It does not.</summary>
    Refuse,

    /// <summary>A person decides.</summary>
    Ask,
}

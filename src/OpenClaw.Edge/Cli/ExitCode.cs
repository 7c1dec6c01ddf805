namespace OpenClaw.Edge.Cli;

/// <summary>What the process returns to the shell. Source: docs/cli.md, exit codes.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The command ran and failed.</summary>
    Failed = 1,

    /// <summary>The command line itself is wrong.</summary>
    Usage = 2,

    /// <summary>No gateway answered.</summary>
    Unreachable = 3,

    /// <summary>The gateway refused the credentials.</summary>
    Unauthorized = 4,
}

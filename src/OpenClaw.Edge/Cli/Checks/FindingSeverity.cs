namespace OpenClaw.Edge.Cli.Checks;

/// <summary>How bad a <see cref="Finding"/> is.</summary>
internal enum FindingSeverity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Error,
}

namespace OpenClaw.Edge.Configuration;

/// <summary>How bad a <see cref="ConfigProblem"/> is.</summary>
public enum ProblemSeverity
{
    /// <summary>Worth knowing; nothing is lost (an alias, an ignored key).</summary>
    Info = 1,

    /// <summary>Something the file says has no effect or is unwise; the start goes on.</summary>
    Warning = 2,

    /// <summary>A value was refused and its default stands in; the start goes on.</summary>
    Error = 3,

    /// <summary>Going on would be unsafe or pointless: a first load stops, a reload keeps the last good one.</summary>
    Fatal = 4,
}

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>How the console shows log lines.</summary>
internal enum LogStyle
{
    /// <summary>Time, level, subsystem, text.</summary>
    Pretty,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>Syslog priority prefix and no time: journald adds its own.</summary>
    Journal,

    /// <summary>Nothing.</summary>
    Off,
}

using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>How configuration and environment decide the log.</summary>
internal static class LogSettings
{
    /// <summary>Console style: under systemd the journal's, else what <c>logging.consoleStyle</c> says.</summary>
    public static LogStyle Style(EdgeConfig config, ProcessEnvironment environment) =>
        environment["JOURNAL_STREAM"] is not null && config.Logging.ConsoleStyle is not "json" ? LogStyle.Journal
        : config.Logging.ConsoleStyle is "json" ? LogStyle.Json
        : LogStyle.Pretty;

    /// <summary>The journal's own door, where the lines go to it anyway; null elsewhere. The runner has taken
    /// <c>JOURNAL_STREAM</c> away where it is not the console's.</summary>
    public static JournalSocket? Journal(EdgeConfig config, ProcessEnvironment environment) =>
        Style(config, environment) == LogStyle.Journal && JournalStream.IsSocket(1) ? JournalSocket.Connect(JournalStream.NativeSocket) : null;

    /// <summary>Lowest level written.</summary>
    public static LogLevel Level(EdgeConfig config) =>
        config.Logging.Level.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "fatal" => LogLevel.Critical,
            "silent" or "off" => LogLevel.None,
            _ => LogLevel.Information,
        };

    /// <summary>Where the log file is.</summary>
    public static string FilePath(EdgeConfig config, StatePaths paths) =>
        config.Logging.File is { Length: > 0 } file ? Path.GetFullPath(file) : Path.Combine(paths.LogDir, "openclaw.log");
}

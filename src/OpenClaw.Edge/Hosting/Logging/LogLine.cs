using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>One line of the log, on its way to the writer loop.</summary>
/// <param name="TimestampMs">Epoch milliseconds.</param>
/// <param name="Level">Severity.</param>
/// <param name="Subsystem">Folder that speaks, such as <c>gateway</c>.</param>
/// <param name="Text">The message, with the exception behind it.</param>
internal readonly record struct LogLine(long TimestampMs, LogLevel Level, string Subsystem, string Text);

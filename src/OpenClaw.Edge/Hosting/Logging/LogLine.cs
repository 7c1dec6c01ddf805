using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>One line of the log, on its way to the writer loop.</summary>
/// <param name="TimestampMs">Epoch milliseconds.</param>
/// <param name="Level">Severity.</param>
/// <param name="Subsystem">Folder that speaks, such as <c>gateway</c>.</param>
/// <param name="Text">The message, with the exception behind it.</param>
/// <param name="EventId">Number of the message, as in the source; 0 for none.</param>
/// <param name="Fields">Names and values of the message's holes, where the log keeps them; null where it does not.</param>
/// <param name="Private">Whether it stays out of the log file.</param>
internal readonly record struct LogLine(
    long TimestampMs, LogLevel Level, string Subsystem, string Text, int EventId = 0, KeyValuePair<string, string>[]? Fields = null, bool Private = false);

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>Turns log lines into bytes.</summary>
internal static class LogFormat
{
    /// <summary>One line for the console.</summary>
    public static void WriteConsole(in LogLine line, LogStyle style, IBufferWriter<byte> output)
    {
        switch (style)
        {
            case LogStyle.Json:
                WriteJson(line, output);
                break;
            case LogStyle.Journal:
                // sd-daemon(3): a line may start with its syslog priority; journald keeps one entry a line.
                Append(output, $"<{Priority(line.Level)}>{line.Subsystem}: {line.Text.ReplaceLineEndings(" | ")}\n");
                break;
            case LogStyle.Pretty:
                string time = Time(line).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
                Append(output, $"{time} {Short(line.Level)} {line.Subsystem}: {line.Text}\n");
                break;
        }
    }

    /// <summary>One line of the log file, in the shape that the original's clients read through <c>logs.tail</c>.</summary>
    public static void WriteJson(in LogLine line, IBufferWriter<byte> output)
    {
        string time = Time(line).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("0"u8, $$"""{"subsystem":"{{line.Subsystem}}"}""");
            json.WriteString("1"u8, line.Text);
            json.WriteStartObject("_meta"u8);
            json.WriteString("logLevelName"u8, Name(line.Level));
            json.WriteString("name"u8, line.Subsystem);
            json.WriteString("date"u8, time);
            json.WriteEndObject();
            json.WriteString("time"u8, time);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static DateTimeOffset Time(in LogLine line) => DateTimeOffset.FromUnixTimeMilliseconds(line.TimestampMs);

    private static void Append(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>syslog's number of a level.</summary>
    public static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Critical => "fatal",
        LogLevel.Error => "error",
        LogLevel.Warning => "warn ",
        LogLevel.Information => "info ",
        _ => "debug",
    };

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Critical => "FATAL",
        LogLevel.Error => "ERROR",
        LogLevel.Warning => "WARN",
        LogLevel.Information => "INFO",
        LogLevel.Debug => "DEBUG",
        _ => "TRACE",
    };
}

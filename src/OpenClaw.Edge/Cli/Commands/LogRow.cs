using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>One line of the log file, in the original's shape; any other line is shown as it stands.</summary>
internal sealed record LogRow(DateTimeOffset? Time, string? Level, string? Subsystem, string Message, string Raw)
{
    public static LogRow Parse(string raw)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(raw);
            JsonElement line = document.RootElement;
            JsonElement meta = line.Member("_meta");
            string? time = line.Text("time") ?? meta.Text("date");
            return new LogRow(
                DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
                    ? at
                    : null,
                meta.Text("logLevelName")?.ToLowerInvariant(),
                SubsystemOf(line) ?? meta.Text("name"),
                line.Text("1") ?? line.Text("0") ?? raw,
                raw);
        }
        catch (JsonException)
        {
            return new LogRow(null, null, null, raw, raw);
        }
    }

    /// <summary>The row as a line of text.</summary>
    public string Text(TimeZoneInfo zone, Paint paint)
    {
        string message = TextLayout.OneLine(Message);
        if (Time is not { } time)
        {
            return message;
        }

        string at = TimeZoneInfo.ConvertTime(time, zone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string level = (Level ?? "").PadRight(5);
        level = Level switch
        {
            "error" or "fatal" => paint.Bad(level),
            "warn" => paint.Warn(level),
            _ => paint.Dim(level),
        };
        string subsystem = Subsystem is null ? "" : paint.Accent($"[{TextLayout.OneLine(Subsystem)}] ");
        return $"{paint.Dim(at)} {level} {subsystem}{message}";
    }

    /// <summary>The row as an object of an NDJSON stream.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, Time is null ? "raw"u8 : "log"u8);
        if (Time is { } time)
        {
            writer.WriteString("time"u8, time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("level"u8, Level);
            writer.WriteString("subsystem"u8, Subsystem);
            writer.WriteString("message"u8, Message);
        }

        writer.WriteString("raw"u8, Raw);
        writer.WriteEndObject();
    }

    // "0" is itself JSON text: {"subsystem":"gateway"}
    private static string? SubsystemOf(JsonElement line)
    {
        if (line.Text("0") is not { } text || !text.StartsWith('{'))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Text("subsystem");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

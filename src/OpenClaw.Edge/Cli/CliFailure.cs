using System.Text.Json;

namespace OpenClaw.Edge.Cli;

/// <summary>Shows a failure: a line on standard error, or the original's envelope on standard output.</summary>
internal static class CliFailure
{
    public static void Write(CliTerminal terminal, CliException failure, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(writer => WriteEnvelope(writer, failure), oneLine: true));
        }
        else
        {
            terminal.Error.WriteLine($"openclaw: {TextLayout.OneLine(failure.Message)}");
        }
    }

    // {"type"?:…,"ok":false,"error":{"type":…,"message":…}}
    public static void WriteEnvelope(Utf8JsonWriter writer, CliException failure, string? type = null)
    {
        writer.WriteStartObject();
        if (type is not null)
        {
            writer.WriteString("type"u8, type);
        }

        writer.WriteBoolean("ok"u8, false);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, failure.Kind);
        writer.WriteString("message"u8, failure.Message);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

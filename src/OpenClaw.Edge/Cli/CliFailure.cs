namespace OpenClaw.Edge.Cli;

/// <summary>Shows a failure: a line on standard error, or the original's envelope on standard output.</summary>
internal static class CliFailure
{
    public static void Write(CliTerminal terminal, CliException failure, bool json)
    {
        if (!json)
        {
            terminal.Error.WriteLine($"openclaw: {failure.Message}");
            return;
        }

        terminal.Out.WriteLine(JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok"u8, false);
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, failure.Kind);
            writer.WriteString("message"u8, failure.Message);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
    }
}

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>What came of an update.</summary>
internal static class UpdateReport
{
    public static void Tell(CliContext context, string status, string message, Version? version = null, string? nextAction = null)
    {
        if (!context.Json)
        {
            context.Say(message);
            return;
        }

        context.Print(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, status != "rolled-back");
            json.WriteString("status"u8, status);
            json.WriteString("message"u8, message);
            if (version is not null)
            {
                json.WriteString("version"u8, version.ToString());
            }

            if (nextAction is not null)
            {
                json.WriteString("nextAction"u8, nextAction);
            }

            json.WriteEndObject();
        });
    }
}

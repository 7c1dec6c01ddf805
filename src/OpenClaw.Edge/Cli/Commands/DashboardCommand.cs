using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw dashboard</c>: the address of the web page. No browser is started: a machine under the desk has
/// none.</summary>
internal static class DashboardCommand
{
    public static Command Create(CliOptions shared, CliWorld world) =>
        new Command("dashboard", "Print the address of the web page")
        {
            new Option<bool>("--no-open") { Description = "Only print it (always so)" },
            new Option<bool>("--yes") { Hidden = true },
        }.Does(shared, world, RunAsync);

    private static Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        GatewayTarget target = context.Target;
        string url = target.HttpUri.ToString();
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("ok"u8, true);
                writer.WriteString("url"u8, url);
                writer.WriteString("source"u8, target.Source);
                writer.WriteEndObject();
            });
        }
        else
        {
            context.Say(url);
        }

        return Task.FromResult((int)ExitCode.Ok);
    }
}

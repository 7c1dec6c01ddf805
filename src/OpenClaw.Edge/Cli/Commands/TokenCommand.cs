using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Care;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw token rotate</c>: by the gateway when it runs, else in its state directory.</summary>
internal static class TokenCommand
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("token", "The gateway's shared token")
    {
        Rotate(shared, world),
    }.ShowsHelp(world);

    private static Command Rotate(CliOptions shared, CliWorld world)
    {
        Option<string> grace = new("--grace")
        {
            Description = "How long the old one opens too: 10m unless given, 0 to 7d",
            HelpName = "duration",
            DefaultValueFactory = _ => "10m",
        };
        return new Command("rotate", "Make a new token; the old one opens for a while") { grace }.Does(shared, world, async (context, cancellationToken) =>
        {
            string text = context.Parsed.GetRequiredValue(grace);
            TimeSpan span = text.Trim() == "0" ? TimeSpan.Zero : CronTimes.Span(text, "--grace");
            if (span > TokenRotation.LongestGrace)
            {
                throw new CliException(ExitCode.Usage, $"--grace: {text} is too long; 7d is the most");
            }

            bool stopped = context.Target.Local && StateClaim.HolderOf(context.Paths) is null;
            (string path, DateTimeOffset until) = stopped
                ? await OfflineAsync(context, span, cancellationToken)
                : await OnlineAsync(context, span, cancellationToken);
            if (context.Json)
            {
                context.Print(json =>
                {
                    json.WriteStartObject();
                    json.WriteBoolean("ok"u8, true);
                    json.WriteString("path"u8, path);
                    json.WriteString("graceUntil"u8, until);
                    json.WriteEndObject();
                });
            }
            else
            {
                string old = span == TimeSpan.Zero ? "no longer opens" : $"opens until {until:yyyy-MM-dd HH:mm:ss} UTC";
                context.Say($"the new token is in {path}; the old one {old}");
                context.Say("who came in by the old one is disconnected then; paired devices have tokens of their own and are not concerned");
            }

            return (int)ExitCode.Ok;
        });
    }

    private static async Task<(string Path, DateTimeOffset Until)> OfflineAsync(CliContext context, TimeSpan grace, CancellationToken cancellationToken)
    {
        TokenRotation rotated = await BackupCommand.GuardAsync(
            () => TokenRotation.Offline(context.Config, context.Paths, grace, context.Clock), cancellationToken);
        return (rotated.Path, rotated.GraceUntil);
    }

    private static async Task<(string Path, DateTimeOffset Until)> OnlineAsync(CliContext context, TimeSpan grace, CancellationToken cancellationToken)
    {
        JsonElement answer = await context.CallAsync("gateway.token.rotate", GatewayScopes.Admin, cancellationToken, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("graceMs"u8, (long)grace.TotalMilliseconds);
            writer.WriteEndObject();
        });
        return (answer.Text("path") ?? "", DateTimeOffset.FromUnixTimeMilliseconds(answer.Number("graceUntilMs") ?? 0));
    }
}

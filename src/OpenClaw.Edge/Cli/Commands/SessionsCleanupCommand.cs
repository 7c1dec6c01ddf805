using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions cleanup</c>: <c>session.maintenance</c> at once, in the place of the next half hour.</summary>
internal static class SessionsCleanupCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> dry = new("--dry-run") { Description = "Only say what would be done" };
        Option<bool> enforce = new("--enforce") { Description = "Also when session.maintenance.mode is warn" };
        return new Command("cleanup", "Archive and remove old conversations by session.maintenance")
        {
            dry, enforce,
            new Option<string?>("--agent") { Hidden = true },
            new Option<bool>("--all-agents") { Hidden = true },
        }.Does(shared, world, (context, cancellationToken) => RunAsync(
            context, context.Parsed.GetValue(dry), context.Parsed.GetValue(enforce), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, bool dry, bool enforce, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement answer = await client.CallAsync(
            "sessions.cleanup",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("dryRun"u8, dry);
                writer.WriteBoolean("enforce"u8, enforce);
                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        if (context.Json)
        {
            context.Print(answer);
            return (int)ExitCode.Ok;
        }

        bool applied = answer.Flag("applied");
        int count = 0;
        foreach (JsonElement action in answer.Items("actions"))
        {
            string does = action.Text("action") is "archive-age" or "archive-cap" ? "archive" : "remove";
            context.Say($"{(applied ? does + "d" : "would " + does)} {action.Text("key")} ({action.Text("action")})");
            count++;
        }

        bool changes = answer.Flag("wouldMutate");
        context.Say(!changes ? "Nothing to clean up." : string.Create(
            CultureInfo.InvariantCulture,
            $"{(applied ? "Done" : "Would do")}: {Count(count, "conversation")}, {Count(answer.Number("transcriptsRemoved") ?? 0, "transcript")} from before a reset."));
        long kib = (answer.Member("diskBudget").Number("totalBytesAfter") ?? 0) / 1024;
        long left = answer.Number("afterCount") ?? 0;
        context.Say(string.Create(
            CultureInfo.InvariantCulture, $"{Count(left, "conversation")} {(left == 1 ? "is" : "are")} in the list, {kib} KiB in the database."));
        if (!dry && !applied && changes)
        {
            context.Say("Nothing was changed: session.maintenance.mode is warn. --enforce does it.");
        }

        return (int)ExitCode.Ok;
    }

    private static string Count(long number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");
}

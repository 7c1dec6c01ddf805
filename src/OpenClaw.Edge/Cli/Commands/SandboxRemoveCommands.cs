using System.CommandLine;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sandbox recreate</c> and <c>prune</c>: remove containers; what is needed is made anew at the next
/// command.</summary>
internal static class SandboxRemoveCommands
{
    public static Command Recreate(CliOptions shared, CliWorld world)
    {
        Option<bool> all = new("--all") { Description = "Every container" };
        Option<string?> session = new("--session") { Description = "The one with this scope, as 'sandbox list' shows it", HelpName = "key" };
        Option<string?> agent = new("--agent") { Description = "Those of this agent", HelpName = "id" };
        Option<bool> browser = new("--browser") { Description = "Browser containers only" };
        Option<bool> force = new("--force", "--yes", "-y") { Description = "Do not ask" };
        return new Command("recreate", "Remove containers, so that the next command makes them anew") { all, session, agent, browser, force }.Does(
            shared, world, (context, cancellationToken) =>
            {
                string? key = context.Parsed.GetValue(session);
                string? id = context.Parsed.GetValue(agent);
                bool every = context.Parsed.GetValue(all);
                if ((every ? 1 : 0) + (key is null ? 0 : 1) + (id is null ? 0 : 1) != 1)
                {
                    throw new CliException(ExitCode.Usage, "give one of --all, --session and --agent");
                }

                return RemoveAsync(
                    context,
                    row => !context.Parsed.GetValue(browser)
                        && (every || row.ScopeKey == key || (id is not null && row.AgentId.Equals(id, StringComparison.OrdinalIgnoreCase))),
                    ask: !context.Parsed.GetValue(force),
                    dry: false,
                    cancellationToken);
            });
    }

    public static Command Prune(CliOptions shared, CliWorld world)
    {
        Option<bool> dry = new("--dry-run") { Description = "Only say what would be removed" };
        return new Command("prune", "Remove containers that were not used for long or are old") { dry }.Does(
            shared, world, (context, cancellationToken) =>
                RemoveAsync(context, row => row.Outdated is not null, ask: false, context.Parsed.GetValue(dry), cancellationToken));
    }

    private static Task<int> RemoveAsync(
        CliContext context, Func<SandboxRow, bool> meant, bool ask, bool dry, CancellationToken cancellationToken) =>
        SandboxCommands.WithAsync(context, async sandboxes =>
        {
            SandboxRow[] rows = [.. (await sandboxes.ListAsync(cancellationToken)).Where(meant)];
            if (ask && rows.Length > 0)
            {
                await ConfirmAsync(context, rows, cancellationToken);
            }

            foreach (SandboxRow row in dry ? [] : rows)
            {
                await sandboxes.RemoveAsync(row, cancellationToken);
            }

            if (context.Json)
            {
                context.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteBoolean("dryRun"u8, dry);
                    writer.WriteStartArray("removed"u8);
                    foreach (SandboxRow row in rows)
                    {
                        SandboxListCommand.Write(writer, row);
                    }

                    writer.WriteEndArray();
                    writer.WriteEndObject();
                });
                return (int)ExitCode.Ok;
            }

            foreach (SandboxRow row in rows)
            {
                context.Say($"{(dry ? "would be removed" : "removed")}: {row.Name}{(row.Outdated is null ? "" : $" ({row.Outdated})")}");
            }

            if (rows.Length == 0)
            {
                context.Say("nothing to remove");
            }

            return (int)ExitCode.Ok;
        });

    private static async Task ConfirmAsync(CliContext context, SandboxRow[] rows, CancellationToken cancellationToken)
    {
        if (!context.Terminal.InIsTerminal || context.Json)
        {
            throw new CliException(ExitCode.Usage, "removing needs --force when nobody can be asked");
        }

        context.Terminal.Ask($"Remove {string.Join(", ", rows.Select(row => row.Name))}? Commands in it end. [y/N] ");
        string? answer = await context.Terminal.In.ReadLineAsync(cancellationToken);
        if (answer?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CliException(ExitCode.Failed, "nothing was removed");
        }
    }
}

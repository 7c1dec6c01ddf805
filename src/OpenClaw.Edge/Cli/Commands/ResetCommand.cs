using System.CommandLine;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw reset</c>: removes configuration or state, after a backup.</summary>
internal static class ResetCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<string?> scope = new("--scope") { Description = "What to remove", HelpName = string.Join('|', StateReset.Scopes) };
        scope.AcceptOnlyFromAmong([.. StateReset.Scopes]);
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask" };
        Option<bool> quiet = new("--non-interactive") { Description = "Never ask; needs --scope and --yes" };
        Option<bool> dry = new("--dry-run") { Description = "Only say what would be removed" };
        Option<bool> noBackup = new("--no-backup") { Description = "Make no backup first" };
        return new Command("reset", "Remove configuration or state, after a backup; the gateway must be stopped") { scope, yes, quiet, dry, noBackup }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                if (context.Parsed.GetValue(quiet) && (context.Parsed.GetValue(scope) is null || !(context.Parsed.GetValue(yes) || context.Parsed.GetValue(dry))))
                {
                    throw new CliException(ExitCode.Usage, "--non-interactive needs --scope and --yes");
                }

                string chosen = context.Parsed.GetValue(scope) ?? await ChooseAsync(context, cancellationToken);
                IReadOnlyList<string> plan = await BackupCommand.GuardAsync(() => StateReset.Plan(context.Paths, context.Config, chosen), cancellationToken);
                if (context.Parsed.GetValue(dry) || plan.Count == 0)
                {
                    Tell(context, chosen, plan, removed: false, null);
                    return (int)ExitCode.Ok;
                }

                await BackupCommand.GuardAsync(
                    () =>
                    {
                        StateReset.MustBeAlone(context.Paths, context.Clock);
                        return true;
                    },
                    cancellationToken);
                if (!context.Parsed.GetValue(yes))
                {
                    foreach (string path in plan)
                    {
                        context.Say($"would remove {path}");
                    }

                    await Confirmation.AskAsync(context, $"Remove {plan.Count} files and folders?", "a reset", cancellationToken);
                }

                string? backup = context.Parsed.GetValue(noBackup) ? null : await BackUpAsync(context, cancellationToken);
                await BackupCommand.GuardAsync(
                    () =>
                    {
                        StateReset.Run(context.Paths, plan, chosen, context.Clock);
                        return true;
                    },
                    cancellationToken);
                Tell(context, chosen, plan, removed: true, backup);
                return (int)ExitCode.Ok;
            });
    }

    private static async Task<string> ChooseAsync(CliContext context, CancellationToken cancellationToken)
    {
        if (!context.Terminal.InIsTerminal || context.Json)
        {
            throw new CliException(ExitCode.Usage, $"--scope is missing; give one of {string.Join(", ", StateReset.Scopes)}");
        }

        context.Terminal.Ask($"What to remove ({string.Join(", ", StateReset.Scopes)})? ");
        string? answer = (await context.Terminal.In.ReadLineAsync(cancellationToken))?.Trim();
        return answer is not null && StateReset.Scopes.Contains(answer) ? answer : throw new CliException(ExitCode.Failed, "nothing was changed");
    }

    private static Task<string> BackUpAsync(CliContext context, CancellationToken cancellationToken) => BackupCommand.GuardAsync(
        () =>
        {
            BackupRequest request = new()
            {
                Paths = context.Paths,
                Config = context.Config,
                Output = context.Paths.BackupDir,
                Credentials = true, // they go too
                Time = context.Clock,
            };
            return BackupWriter.Write(request, BackupPlan.For(request, cancellationToken), cancellationToken).Path;
        },
        cancellationToken);

    private static void Tell(CliContext context, string scope, IReadOnlyList<string> plan, bool removed, string? backup)
    {
        if (context.Json)
        {
            context.Print(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok"u8, true);
                json.WriteString("scope"u8, scope);
                json.WriteBoolean("dryRun"u8, !removed);
                if (backup is not null)
                {
                    json.WriteString("backup"u8, backup);
                }

                json.WriteTexts("paths"u8, plan);
                json.WriteEndObject();
            });
            return;
        }

        foreach (string path in plan)
        {
            context.Say($"{(removed ? "removed" : "would remove")} {path}");
        }

        context.Say(backup is not null ? $"a backup with everything is {backup}"
            : removed ? "no backup was made"
            : plan.Count == 0 ? "there is nothing to remove"
            : "nothing was changed");
        if (removed)
        {
            context.Say("next: openclaw gateway run");
        }
    }
}

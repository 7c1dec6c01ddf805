using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw backup create</c>.</summary>
internal static class BackupCreateCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<string?> output = new("--output", "-o") { Description = "Folder or file (default: backups in the state)", HelpName = "path" };
        Option<bool> dry = new("--dry-run") { Description = "Only say what would be in it" };
        Option<bool> verify = new("--verify") { Description = "Read it back and check it" };
        Option<bool> noWorkspace = new("--no-include-workspace") { Description = "Leave workspaces out" };
        Option<bool> onlyConfig = new("--only-config") { Description = "The configuration file alone" };
        Option<bool> credentials = new("--include-credentials") { Description = "Keys, tokens and .env too" };
        Option<bool> seal = new("--encrypt") { Description = "Seal it with a passphrase" };
        Option<int?> keep = new("--keep") { Description = "Then keep only the newest in that folder", HelpName = "count" };
        PassphraseFlags passphrase = new();
        return new Command("create", "Make a backup; the gateway may run")
        {
            output, dry, verify, noWorkspace, onlyConfig, credentials, seal, passphrase.File, keep,
        }.Does(shared, world, async (context, cancellationToken) =>
        {
            int? most = context.Parsed.GetValue(keep);
            if (most < 1)
            {
                throw new CliException(ExitCode.Usage, "--keep: give 1 or more");
            }

            string? secret = context.Parsed.GetValue(dry) ? null : await passphrase.ForNewAsync(context, context.Parsed.GetValue(seal), cancellationToken);
            BackupRequest request = new()
            {
                Paths = context.Paths,
                Config = context.Config,
                Output = context.Parsed.GetValue(output) is { } named
                    ? Path.GetFullPath(named, context.Environment.WorkingDirectory)
                    : context.Paths.BackupDir,
                Workspaces = !context.Parsed.GetValue(noWorkspace),
                OnlyConfig = context.Parsed.GetValue(onlyConfig),
                Credentials = context.Parsed.GetValue(credentials),
                Passphrase = secret,
                Time = context.Clock,
            };
            return await RunAsync(context, request, context.Parsed.GetValue(dry), context.Parsed.GetValue(verify), most, cancellationToken);
        });
    }

    private static async Task<int> RunAsync(
        CliContext context, BackupRequest request, bool dry, bool verify, int? keep, CancellationToken cancellationToken)
    {
        BackupPlan plan = await BackupCommand.GuardAsync(() => BackupPlan.For(request, cancellationToken), cancellationToken);
        if (dry)
        {
            Tell(context, request, plan, null, verified: false, []);
            return (int)ExitCode.Ok;
        }

        BackupResult made = await BackupCommand.GuardAsync(() => BackupWriter.Write(request, plan, cancellationToken), cancellationToken);
        if (verify)
        {
            await BackupCommand.VerifyAsync(context, made.Path, request.Passphrase, cancellationToken);
        }

        IReadOnlyList<string> removed = keep is { } most ? BackupArchive.Prune(Path.GetDirectoryName(made.Path)!, most) : [];
        Tell(context, request, plan, made, verify, removed);
        return (int)ExitCode.Ok;
    }

    private static void Tell(
        CliContext context, BackupRequest request, BackupPlan plan, BackupResult? made, bool verified, IReadOnlyList<string> removed)
    {
        IReadOnlyList<BackupSkip> skipped = made?.Manifest.Skipped ?? plan.Skipped;
        if (context.Json)
        {
            context.Print(json => Write(json, request, plan, made, verified, skipped, removed));
            return;
        }

        foreach (BackupRoot root in plan.Roots)
        {
            int files = plan.Sources.Count(source => source.Member.StartsWith(root.Name + "/", StringComparison.Ordinal));
            context.Say($"{root.Name,-16} {files,6} files  {root.Path}");
        }

        foreach (IGrouping<string, BackupSkip> group in skipped.GroupBy(skip => skip.Reason))
        {
            context.Say($"left out         {group.Count(),6} {group.Key}: {group.First().Path}{(group.Count() > 1 ? ", …" : "")}");
        }

        if (!request.Credentials && !request.OnlyConfig)
        {
            context.Say("left out          keys, tokens and .env; --include-credentials takes them along");
        }

        context.Say(made is null
            ? $"nothing was written; it would be {BackupWriter.TargetOf(request)}, {HumanText.Bytes(plan.Bytes)} before compression"
            : $"{(verified ? "made and checked" : "made")} {made.Path}, {HumanText.Bytes(made.Size)}");
        foreach (string old in removed)
        {
            context.Say($"removed {old}");
        }
    }

    private static void Write(
        Utf8JsonWriter json,
        BackupRequest request,
        BackupPlan plan,
        BackupResult? made,
        bool verified,
        IReadOnlyList<BackupSkip> skipped,
        IReadOnlyList<string> removed)
    {
        json.WriteStartObject();
        json.WriteString("archivePath"u8, made?.Path ?? BackupWriter.TargetOf(request));
        json.WriteBoolean("dryRun"u8, made is null);
        json.WriteBoolean("includeWorkspace"u8, request.Workspaces && !request.OnlyConfig);
        json.WriteBoolean("includeCredentials"u8, request.Credentials);
        json.WriteBoolean("onlyConfig"u8, request.OnlyConfig);
        json.WriteBoolean("sealed"u8, request.Passphrase is not null);
        json.WriteBoolean("verified"u8, verified);
        json.WriteNumber("files"u8, made?.Manifest.Members.Count ?? plan.Sources.Count);
        json.WriteNumber("bytes"u8, made?.Size ?? plan.Bytes);
        json.WriteStartArray("assets"u8);
        foreach (BackupRoot root in plan.Roots)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, root.Name.Split('/')[0]);
            json.WriteString("sourcePath"u8, root.Path);
            json.WriteString("archivePath"u8, BackupArchive.Folder + root.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("skipped"u8);
        foreach (BackupSkip skip in skipped)
        {
            json.WriteStartObject();
            json.WriteString("sourcePath"u8, skip.Path);
            json.WriteString("reason"u8, skip.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteTexts("removed"u8, removed);
        json.WriteEndObject();
    }
}

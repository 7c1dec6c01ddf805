using System.CommandLine;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw backup restore</c>: in place of the state, or into a folder of its own.</summary>
internal static class BackupRestoreCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> archive = new("archive") { Description = "The backup" };
        Option<string?> target = new("--target") { Description = "Unpack into this new folder, and touch nothing else", HelpName = "dir" };
        Option<bool> dry = new("--dry-run") { Description = "Check it and say what would be replaced" };
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask" };
        PassphraseFlags passphrase = new();
        return new Command("restore", "Put a backup in the place of the state; the gateway must be stopped") { archive, target, dry, yes, passphrase.File }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                string path = BackupCommand.Find(context, context.Parsed.GetRequiredValue(archive));
                string? secret = await BackupCommand.GuardAsync(() => BackupArchive.NeedsPassphrase(path), cancellationToken)
                    ? await passphrase.ForSealedAsync(context, cancellationToken)
                    : null;
                if (context.Parsed.GetValue(target) is { } folder)
                {
                    return await IntoAsync(context, path, secret, Path.GetFullPath(folder, context.Environment.WorkingDirectory), context.Parsed.GetValue(dry), cancellationToken);
                }

                bool only = context.Parsed.GetValue(dry);
                if (!only && !context.Parsed.GetValue(yes))
                {
                    await Confirmation.AskAsync(context, $"Replace the state in {context.Paths.StateDir}? What is there is kept aside.", "restoring", cancellationToken);
                }

                RestoreResult result = await BackupCommand.GuardAsync(
                    () => BackupRestore.InPlace(context.Paths, path, secret, only, context.Clock, cancellationToken), cancellationToken);
                Tell(context, path, result);
                return (int)ExitCode.Ok;
            });
    }

    private static async Task<int> IntoAsync(
        CliContext context, string path, string? secret, string folder, bool dry, CancellationToken cancellationToken)
    {
        BackupManifest manifest = dry
            ? await BackupCommand.VerifyAsync(context, path, secret, cancellationToken)
            : await BackupCommand.GuardAsync(() => BackupRestore.Into(path, secret, folder, cancellationToken), cancellationToken);
        Tell(context, path, new RestoreResult(manifest, dry ? null : "", [folder]));
        return (int)ExitCode.Ok;
    }

    private static void Tell(CliContext context, string path, RestoreResult result)
    {
        bool dry = result.KeptAside is null;
        if (context.Json)
        {
            context.Print(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok"u8, true);
                json.WriteString("archivePath"u8, path);
                json.WriteBoolean("dryRun"u8, dry);
                json.WriteNumber("entryCount"u8, result.Manifest.Members.Count);
                if (result.KeptAside is { Length: > 0 } aside)
                {
                    json.WriteString("keptAside"u8, aside);
                }

                json.WriteTexts("restored"u8, result.Places);
                json.WriteEndObject();
            });
            return;
        }

        foreach (string place in result.Places)
        {
            context.Say($"{(dry ? "would restore" : "restored")} {place}");
        }

        if (result.KeptAside is { Length: > 0 } kept)
        {
            context.Say($"what was there is in {kept}; remove it when all is well");
        }

        if (!result.Manifest.Credentials && !dry)
        {
            context.Say("the backup holds no keys and tokens: those of this machine stay, and devices of another machine pair anew");
        }

        context.Say(dry ? "nothing was changed" : "next: openclaw doctor, then start the gateway");
    }
}

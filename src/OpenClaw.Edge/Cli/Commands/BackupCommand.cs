using System.CommandLine;
using OpenClaw.Edge.Care;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw backup</c>: one archive of state, configuration and workspaces; works with and without a running gateway, on
/// this machine.</summary>
internal static class BackupCommand
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("backup", "Make, check and restore backups of this gateway")
    {
        BackupCreateCommand.Create(shared, world),
        Verify(shared, world),
        BackupRestoreCommand.Create(shared, world),
        List(shared, world),
    }.ShowsHelp(world);

    /// <summary>Runs <paramref name="work"/> away from this thread, and turns what it refuses into a failure of the command.</summary>
    public static async Task<T> GuardAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (CareException e)
        {
            throw new CliException(ExitCode.Failed, e.Message, e.Failure switch
            {
                CareFailure.Busy => "gateway_running",
                CareFailure.Untrusted => "untrusted_file",
                _ => null,
            });
        }
    }

    /// <summary>The archive that was named, or the newest of the state's own folder.</summary>
    public static string Find(CliContext context, string? named) =>
        named is not null ? Path.GetFullPath(named, context.Environment.WorkingDirectory)
        : BackupArchive.In(context.Paths.BackupDir) is [{ } newest, ..] ? newest.Path
        : throw new CliException(ExitCode.Failed, $"there is no backup in {context.Paths.BackupDir}; name the archive, or make one with 'openclaw backup create'");

    private static Command Verify(CliOptions shared, CliWorld world)
    {
        Argument<string?> archive = new("archive") { Description = "The file (default: the newest)", Arity = ArgumentArity.ZeroOrOne };
        PassphraseFlags passphrase = new();
        return new Command("verify", "Check a backup: every hash, and the databases inside") { archive, passphrase.File }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                string path = Find(context, context.Parsed.GetValue(archive));
                string? secret = await GuardAsync(() => BackupArchive.NeedsPassphrase(path), cancellationToken)
                    ? await passphrase.ForSealedAsync(context, cancellationToken)
                    : null;
                BackupManifest manifest = await VerifyAsync(context, path, secret, cancellationToken);
                if (context.Json)
                {
                    context.Print(json =>
                    {
                        json.WriteStartObject();
                        json.WriteBoolean("ok"u8, true);
                        json.WriteString("archivePath"u8, path);
                        json.WriteString("createdAt"u8, DateTimeOffset.FromUnixTimeMilliseconds(manifest.CreatedAtMs));
                        json.WriteString("runtimeVersion"u8, manifest.EdgeVersion);
                        json.WriteNumber("assetCount"u8, manifest.Roots.Count);
                        json.WriteNumber("entryCount"u8, manifest.Members.Count);
                        json.WriteEndObject();
                    });
                }
                else
                {
                    context.Say($"{path} is whole: {manifest.Members.Count} files of {DateTimeOffset.FromUnixTimeMilliseconds(manifest.CreatedAtMs):yyyy-MM-dd HH:mm} UTC");
                }

                return (int)ExitCode.Ok;
            });
    }

    /// <summary>Checks an archive; databases are unpacked where there is room beside it, else where backups lie.</summary>
    public static Task<BackupManifest> VerifyAsync(CliContext context, string path, string? passphrase, CancellationToken cancellationToken)
    {
        string beside = Path.GetDirectoryName(path)!;
        string scratch = CanWrite(beside) ? beside : context.Paths.BackupDir;
        return GuardAsync(() => BackupReader.Verify(path, passphrase, scratch, cancellationToken), cancellationToken);
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            using FileStream probe = File.Create(Path.Combine(folder, $".probe-{Path.GetRandomFileName()}"), 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Command List(CliOptions shared, CliWorld world)
    {
        Option<string?> folder = new("--dir") { Description = "Folder (default: backups in the state directory)", HelpName = "dir" };
        return new Command("list", "List backups, newest first") { folder }.Does(shared, world, (context, _) =>
        {
            string place = context.Parsed.GetValue(folder) is { } named ? Path.GetFullPath(named, context.Environment.WorkingDirectory) : context.Paths.BackupDir;
            IReadOnlyList<BackupArchive> archives = BackupArchive.In(place);
            if (context.Json)
            {
                context.Print(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("dir"u8, place);
                    json.WriteStartArray("backups"u8);
                    foreach (BackupArchive archive in archives)
                    {
                        json.WriteStartObject();
                        json.WriteString("path"u8, archive.Path);
                        json.WriteString("createdAt"u8, archive.CreatedAt);
                        json.WriteNumber("bytes"u8, archive.Size);
                        json.WriteBoolean("sealed"u8, archive.IsSealed);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                    json.WriteEndObject();
                });
            }
            else if (archives.Count == 0)
            {
                context.Say($"no backup in {place}; 'openclaw backup create' makes one");
            }
            else
            {
                foreach (BackupArchive archive in archives)
                {
                    context.Say($"{archive.CreatedAt:yyyy-MM-dd HH:mm} UTC  {HumanText.Bytes(archive.Size),10}  {(archive.IsSealed ? "sealed  " : "")}{archive.Path}");
                }
            }

            return Task.FromResult((int)ExitCode.Ok);
        });
    }
}

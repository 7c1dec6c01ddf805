using System.CommandLine;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw update</c> for an installation from the tarball: signature, hash, trial, swap, restart, health, and back when that
/// fails. Other installations are told who updates them.</summary>
internal static class UpdateCommand
{
    private const string DefaultPlace = "https://github.com/openclaw-edge/openclaw-edge/releases/latest/download";
    private static readonly TimeSpan s_trial = TimeSpan.FromSeconds(30);

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Flags flags = new();
        return new Command("update", "Install a newer version; tarball installations only")
        {
            flags.To, flags.Dry, flags.Yes, flags.NoRestart, flags.Restart, flags.Older, flags.Key, flags.Binary, flags.Health, Status(shared, world),
        }.Does(shared, world, (context, cancellationToken) => RunAsync(context, flags, cancellationToken));
    }

    private static Command Status(CliOptions shared, CliWorld world)
    {
        Option<string?> binary = new("--binary") { Description = "Which installed program (this one)", HelpName = "file" };
        return new Command("status", "What is installed, and who updates it") { binary }.Does(shared, world, (context, _) =>
        {
            InstalledProgram program = Program(context.Parsed.GetValue(binary));
            string? owner = InstalledProgram.OwnerOf(program.Path);
            if (context.Json)
            {
                context.Print(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("version"u8, EdgeVersion.Own);
                    json.WriteString("path"u8, program.Path);
                    json.WriteBoolean("selfUpdate"u8, owner is null);
                    if (owner is not null)
                    {
                        json.WriteString("nextAction"u8, owner);
                    }

                    json.WriteBoolean("previous"u8, File.Exists(program.PreviousPath));
                    json.WriteBoolean("releaseKey"u8, ReleaseKey.BuiltIn() is not null);
                    json.WriteEndObject();
                });
            }
            else
            {
                context.Say($"version   {EdgeVersion.Own}");
                context.Say($"program   {program.Path}");
                context.Say($"updates   {owner ?? $"by 'openclaw update', from {DefaultPlace}"}");
                context.Say($"previous  {(File.Exists(program.PreviousPath) ? program.PreviousPath : "none")}");
                if (ReleaseKey.BuiltIn() is null)
                {
                    context.Say("this build has no release key: 'openclaw update' needs --key, or says how to update by hand");
                }
            }

            return Task.FromResult((int)ExitCode.Ok);
        });
    }

    private static async Task<int> RunAsync(CliContext context, Flags flags, CancellationToken cancellationToken)
    {
        InstalledProgram program = Program(context.Parsed.GetValue(flags.Binary));
        if (InstalledProgram.OwnerOf(program.Path) is { } owner)
        {
            UpdateReport.Tell(context, "skipped", $"this installation is not updated here: {owner}", nextAction: owner);
            return (int)ExitCode.Ok;
        }

        using ProviderHttp http = new();
        ReleaseSource source = new(Place(context, context.Parsed.GetValue(flags.To)), http);
        Release release = await CareAsync(async () =>
        {
            ReleaseKey key = Key(context, context.Parsed.GetValue(flags.Key), source.Place, program.Path);
            return Release.From(
                await source.ReadAsync(Release.ListName, cancellationToken), await source.ReadAsync(Release.SignatureName, cancellationToken), key, source.Place);
        });
        if (!context.Parsed.GetValue(flags.Older) && Version.TryParse(EdgeVersion.Own, out Version? own) && release.Version <= own)
        {
            UpdateReport.Tell(context, "current", $"{EdgeVersion.Own} is installed, and {source.Place} has {release.Version}: nothing to do");
            return (int)ExitCode.Ok;
        }

        if (context.Parsed.GetValue(flags.Dry))
        {
            UpdateReport.Tell(context, "planned", $"would install {release.Version} over {program.Path}; nothing was changed", release.Version);
            return (int)ExitCode.Ok;
        }

        await StageAsync(context, source, release, program, cancellationToken);
        try
        {
            if (!context.Parsed.GetValue(flags.Yes))
            {
                await Confirmation.AskAsync(context, $"Install {release.Version} over {program.Path}?", "an update", cancellationToken);
            }

            return await new UpdateSwap(context, program, release, TimeSpan.FromSeconds(context.Parsed.GetValue(flags.Health)))
                .RunAsync(context.Parsed.GetValue(flags.Restart), context.Parsed.GetValue(flags.NoRestart), cancellationToken);
        }
        finally
        {
            program.Unstage();
        }
    }

    // Downloaded, checked, unpacked, and tried: the program must run here and say its version.
    private static async Task StageAsync(
        CliContext context, ReleaseSource source, Release release, InstalledProgram program, CancellationToken cancellationToken)
    {
        string tarball = program.NextPath + ".tar.gz";
        try
        {
            await CareAsync(async () =>
            {
                try
                {
                    await using (FileStream file = File.Create(tarball))
                    {
                        await source.CopyAsync(release.Name, file, cancellationToken);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new CareException(CareFailure.Refused, $"{tarball} cannot be written: {e.Message} Run this as the owner of {program.Path}.", e);
                }

                program.Stage(tarball, release);
                return true;
            });
            ProgramRun trial = await ProgramRun.RunAsync([program.NextPath, "--version"], context.Environment.Values, s_trial, context.Clock, cancellationToken);
            if (trial.ExitCode != 0 || !trial.Output.Contains(release.Version.ToString(), StringComparison.Ordinal))
            {
                program.Unstage();
                throw new CliException(ExitCode.Failed, $"the new program does not run here (it ended with {trial.ExitCode}: {trial.Output}); nothing was changed");
            }
        }
        finally
        {
            File.Delete(tarball);
        }
    }

    private static InstalledProgram Program(string? named)
    {
        string path = named is not null ? Path.GetFullPath(named) : Environment.ProcessPath ?? "";
        return File.Exists(path) ? new InstalledProgram(path) : throw new CliException(ExitCode.Usage, $"--binary: {path} is not there");
    }

    private static string Place(CliContext context, string? named) =>
        named is null ? DefaultPlace
        : named.Contains("://", StringComparison.Ordinal) ? named
        : Path.GetFullPath(named, context.Environment.WorkingDirectory);

    private static ReleaseKey Key(CliContext context, string? named, string place, string program)
    {
        if (named is null)
        {
            return ReleaseKey.BuiltIn() ?? throw new CareException(
                CareFailure.Refused,
                "this build has no release key (it was made without packaging/release-key.pub), so it trusts no release. Give the publisher's key with --key FILE, "
                + $"or update by hand: take SHA256SUMS and openclaw-edge-VERSION-linux-{Release.Machine}.tar.gz from {place}, run 'sha256sum -c --ignore-missing SHA256SUMS', "
                + $"put the bin/openclaw of the tarball in the place of {program}, and restart the gateway ('openclaw gateway restart')");
        }

        string path = Path.GetFullPath(named, context.Environment.WorkingDirectory);
        return File.Exists(path) && ReleaseKey.TryParse(File.ReadAllText(path), out ReleaseKey? key)
            ? key
            : throw new CareException(CareFailure.Refused, $"--key: {path} holds no Ed25519 key (32 bytes in base64)");
    }

    private static async Task<T> CareAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (CareException e)
        {
            throw new CliException(ExitCode.Failed, e.Message, e.Failure == CareFailure.Untrusted ? "untrusted_file" : null);
        }
    }

    private sealed class Flags
    {
        public Option<string?> To { get; } = new("--to") { Description = "Folder or address of a release (default: the newest)", HelpName = "place" };

        public Option<bool> Dry { get; } = new("--dry-run") { Description = "Only say what would be installed" };

        public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Do not ask" };

        public Option<bool> NoRestart { get; } = new("--no-restart") { Description = "Leave the gateway running as it is" };

        public Option<string?> Restart { get; } = new("--restart") { Description = "How to restart it (default: its systemd unit)", HelpName = "command" };

        public Option<bool> Older { get; } = new("--allow-older") { Description = "Also install what is not newer" };

        public Option<string?> Key { get; } = new("--key") { Description = "Public key of your own releases", HelpName = "file" };

        public Option<string?> Binary { get; } = new("--binary") { Description = "Which installed program (this one)", HelpName = "file" };

        public Option<int> Health { get; } = new("--health-timeout")
        {
            Description = "How long it may take to get well",
            HelpName = "seconds",
            DefaultValueFactory = _ => 60,
        };
    }
}

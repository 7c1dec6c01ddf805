using System.CommandLine;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>Where a backup's passphrase comes from: a file, the environment, or the keyboard; never the command line, which other
/// users see.</summary>
internal sealed class PassphraseFlags
{
    public const string Variable = "OPENCLAW_BACKUP_PASSPHRASE";

    private const int Shortest = 12;
    private const int LargestFile = 4096;

    public Option<string?> File { get; } = new("--passphrase-file") { Description = "File whose first line is the passphrase", HelpName = "file" };

    /// <summary>The passphrase for a new backup; null when it is not to be sealed.</summary>
    public async Task<string?> ForNewAsync(CliContext context, bool wanted, CancellationToken cancellationToken)
    {
        string? passphrase = Given(context);
        if (passphrase is null && wanted)
        {
            passphrase = await AskAsync(context, "Passphrase: ", cancellationToken);
            if (await AskAsync(context, "Again: ", cancellationToken) != passphrase)
            {
                throw new CliException(ExitCode.Failed, "the two passphrases differ; nothing was done");
            }
        }

        return passphrase is { Length: < Shortest }
            ? throw new CliException(ExitCode.Usage, $"the passphrase has {passphrase.Length} characters; use {Shortest} at least")
            : passphrase;
    }

    /// <summary>The passphrase of a backup that is sealed.</summary>
    public async Task<string?> ForSealedAsync(CliContext context, CancellationToken cancellationToken) =>
        Given(context) ?? (context.Terminal.InIsTerminal && !context.Json ? await AskAsync(context, "Passphrase: ", cancellationToken) : null);

    private string? Given(CliContext context)
    {
        if (context.Parsed.GetValue(File) is not { } path)
        {
            return context.Environment[Variable];
        }

        try
        {
            string line = new FileInfo(path).Length <= LargestFile ? System.IO.File.ReadLines(path).FirstOrDefault("").Trim() : "";
            return line.Length > 0 ? line : throw new CliException(ExitCode.Usage, $"--passphrase-file: {path} has no passphrase in its first line");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"--passphrase-file: {path} cannot be read: {e.Message}");
        }
    }

    private static async Task<string> AskAsync(CliContext context, string prompt, CancellationToken cancellationToken)
    {
        if (!context.Terminal.InIsTerminal || context.Json)
        {
            throw new CliException(ExitCode.Usage, $"give the passphrase with --passphrase-file, or in {Variable}: nobody can be asked");
        }

        await context.Terminal.Error.WriteAsync(prompt.AsMemory(), cancellationToken);
        using (TerminalEcho.Off())
        {
            string? line = await context.Terminal.In.ReadLineAsync(cancellationToken);
            context.Terminal.Note("");
            return line is { Length: > 0 } ? line : throw new CliException(ExitCode.Failed, "no passphrase was given; nothing was done");
        }
    }
}

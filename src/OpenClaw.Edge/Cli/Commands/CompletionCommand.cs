using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw completion</c>, and the hidden command that its scripts call.</summary>
internal static class CompletionCommand
{
    /// <summary>The name of the hidden command.</summary>
    public const string Hidden = "__complete";

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string?> shell = new("shell")
        {
            Description = "bash, zsh or fish (default: from $SHELL)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> named = new("--shell", "-s") { Hidden = true };
        return new Command("completion", "Print a completion script for your shell") { shell, named }.Does(
            shared,
            world,
            (context, _) => PrintAsync(
                context,
                context.Parsed.GetValue(shell) ?? context.Parsed.GetValue(named) ?? Path.GetFileName(context.Environment["SHELL"])));
    }

    public static Command CreateHidden(CliWorld world, Func<Command> root)
    {
        Argument<string[]> words = new("words") { Arity = ArgumentArity.ZeroOrMore };
        Command command = new(Hidden) { words };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach ((string text, string description) in Completions.For(root(), parsed.GetValue(words) ?? []))
            {
                world.Terminal.Say($"{text}\t{description}");
            }
        });
        return command;
    }

    private static Task<int> PrintAsync(CliContext context, string? shell)
    {
        string script = (shell is null ? null : ShellScripts.For(shell)) ?? throw new CliException(
            ExitCode.Usage,
            $"no completion for '{shell ?? "this shell"}'; name one of {string.Join(", ", ShellScripts.Shells)}");
        context.Say(script);
        return Task.FromResult((int)ExitCode.Ok);
    }
}
